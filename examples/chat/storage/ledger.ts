import { randomBytes } from "node:crypto";
import Database from "libsql";
import type { Said } from "../protocol/messages.ts";
import { type Draft, NAME_KEPT, type Page, type Range } from "./hall.ts";

/*
 * The history of one process, in SQLite. Every call is synchronous; the room's worker keeps it off the event loop.
 */

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS log (name TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS said (
    room TEXT NOT NULL, seq INTEGER NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, ref TEXT NOT NULL,
    text TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (room, seq)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS once ON said (person, ref);
  CREATE TABLE IF NOT EXISTS name (look TEXT PRIMARY KEY, person TEXT NOT NULL UNIQUE, used INTEGER NOT NULL);
`;
const COLUMNS = "seq, person, name, ref, text, at";

interface Row {
  readonly seq: number;
  readonly person: string;
  readonly name: string;
  readonly ref: string;
  readonly text: string;
  readonly at: number;
}

const saidOf = ({ seq, person, name, ref, text, at }: Row): Said => ({
  seq,
  by: { id: person, name },
  ref,
  text,
  at,
});

/** A message that was stored now, or that had been before. */
export interface Stored {
  readonly said: Said;
  readonly fresh: boolean;
}

export class Ledger {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;
  readonly log: string;

  /** Throws where the file cannot be opened, or where another process has it. */
  constructor(file: string) {
    this.#db = new Database(file);
    // One process at a time: the lock goes with the process, however it ends.
    this.#db.pragma("locking_mode = EXCLUSIVE");
    this.#db.pragma("journal_mode = WAL");
    // A commit is on the disk when it returns, so that neither a crash nor a power failure takes it back.
    this.#db.pragma("synchronous = FULL");
    this.#db.exec(SCHEMA);
    this.#statements = prepare(this.#db);
    this.log = this.#nameLog();
  }

  #nameLog(): string {
    const known = this.#db.prepare("SELECT name FROM log").get() as { name: string } | undefined;
    if (known !== undefined) return known.name;
    const name = randomBytes(9).toString("base64url");
    this.#db.prepare("INSERT INTO log VALUES (?)").run(name);
    return name;
  }

  /** Runs `work` as one transaction: on the disk when it returns, or not at all. */
  together<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  append({ room, by, ref, text, at }: Draft): Stored {
    const { known, last, insert, use } = this.#statements;
    const before = known.get(by.id, ref) as Row | undefined;
    if (before !== undefined) return { said: saidOf(before), fresh: false };
    const seq = (last.get(room) as { seq: number }).seq + 1;
    insert.run(room, seq, by.id, by.name, ref, text, at);
    use.run(at, by.id);
    return { said: { seq, by, ref, text, at }, fresh: true };
  }

  read({ room, before, after, limit }: Range): Page {
    const { last, newer, older } = this.#statements;
    const { seq } = last.get(room) as { seq: number };
    const rows = (
      after === undefined
        ? older.all(room, before ?? seq + 1, limit).toReversed()
        : newer.all(room, after, limit)
    ) as Row[];
    return { said: rows.map(saidOf), last: seq };
  }

  claim(person: string, look: string, now: number): boolean {
    const { holder, release, hold } = this.#statements;
    const held = holder.get(look) as { person: string; used: number } | undefined;
    if (held !== undefined && held.person !== person && held.used > now - NAME_KEPT) return false;
    release.run(look, person);
    hold.run(look, person, now);
    return true;
  }

  /** Rooms in which something was said. */
  rooms(): string[] {
    return (this.#statements.rooms.all() as { room: string }[]).map(({ room }) => room);
  }

  close(): void {
    this.#db.close();
  }
}

function prepare(db: Database.Database) {
  return {
    known: db.prepare(`SELECT ${COLUMNS} FROM said WHERE person = ? AND ref = ?`),
    last: db.prepare("SELECT coalesce(max(seq), 0) AS seq FROM said WHERE room = ?"),
    insert: db.prepare("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?)"),
    older: db.prepare(`SELECT ${COLUMNS} FROM said WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?`),
    newer: db.prepare(`SELECT ${COLUMNS} FROM said WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?`),
    rooms: db.prepare("SELECT DISTINCT room FROM said"),
    holder: db.prepare("SELECT person, used FROM name WHERE look = ?"),
    release: db.prepare("DELETE FROM name WHERE look = ? OR person = ?"),
    hold: db.prepare("INSERT INTO name VALUES (?, ?, ?)"),
    use: db.prepare("UPDATE name SET used = ? WHERE person = ?"),
  };
}
