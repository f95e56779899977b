import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { NAME_KEPT } from "../storage/hall.ts";
import { Ledger } from "../storage/ledger.ts";
import { temporaryFolder } from "./chat-process.ts";

const ada = { id: "id-of-ada", name: "Ada" };
const bob = { id: "id-of-bob", name: "Bob" };

function open(): Ledger {
  const ledger = new Ledger(join(temporaryFolder(), "chat.db"));
  onTestFinished(() => ledger.close());
  return ledger;
}

const draft = (ref: string, room = "lobby", by = ada) => ({
  room,
  by,
  ref,
  text: `text of ${ref}`,
  at: 1000,
});

describe("the ledger", () => {
  it("numbers the messages of each room without a gap", () => {
    const ledger = open();
    const seqs = [draft("a"), draft("b", "kitchen"), draft("c"), draft("d", "kitchen", bob)].map(
      (each) => ledger.append(each).said.seq,
    );
    expect(seqs).toEqual([1, 1, 2, 2]);
    expect(ledger.rooms().toSorted()).toEqual(["kitchen", "lobby"]);
  });

  it("stores a ref of one author once, and that of another apart", () => {
    const ledger = open();
    expect(ledger.append(draft("a"))).toMatchObject({ fresh: true, said: { seq: 1 } });
    expect(ledger.append({ ...draft("a"), text: "changed", at: 2000 })).toEqual({
      fresh: false,
      said: { seq: 1, by: ada, ref: "a", text: "text of a", at: 1000 },
    });
    expect(ledger.append(draft("a", "lobby", bob))).toMatchObject({ fresh: true, said: { seq: 2 } });
  });

  it("reads the end, what is before and what is after, oldest first", () => {
    const ledger = open();
    for (let i = 1; i <= 10; i++) ledger.append(draft(`${i}`));
    const seqs = (range: { before?: number; after?: number; limit: number }): (number | string)[] => {
      const { said, last } = ledger.read({ room: "lobby", ...range });
      return [...said.map(({ seq }) => seq), `of ${last}`];
    };
    expect(seqs({ limit: 3 })).toEqual([8, 9, 10, "of 10"]);
    expect(seqs({ before: 3, limit: 5 })).toEqual([1, 2, "of 10"]);
    expect(seqs({ before: 1, limit: 5 })).toEqual(["of 10"]);
    expect(seqs({ after: 8, limit: 5 })).toEqual([9, 10, "of 10"]);
    expect(seqs({ after: 2, limit: 2 })).toEqual([3, 4, "of 10"]);
    expect(ledger.read({ room: "empty", limit: 5 })).toEqual({ said: [], last: 0 });
  });

  it("takes a batch as a whole or not at all", () => {
    const ledger = open();
    expect(() =>
      ledger.together(() => {
        ledger.append(draft("a"));
        throw new Error("in the middle");
      }),
    ).toThrow("in the middle");
    expect(ledger.read({ room: "lobby", limit: 5 }).last).toBe(0);
    ledger.together(() => ledger.append(draft("a")));
    expect(ledger.read({ room: "lobby", limit: 5 }).last).toBe(1);
  });

  it("keeps a name for its owner, a week after its last use, and one name for each", () => {
    const ledger = open();
    expect(ledger.claim(ada.id, "ada", 0)).toBe(true);
    expect(ledger.claim(bob.id, "ada", NAME_KEPT - 1)).toBe(false);
    ledger.append({ ...draft("a"), at: 1000 });
    expect(ledger.claim(bob.id, "ada", NAME_KEPT)).toBe(false);
    expect(ledger.claim(bob.id, "ada", NAME_KEPT + 1000)).toBe(true);
    expect(ledger.claim(bob.id, "bob", 5)).toBe(true);
    expect(ledger.claim(ada.id, "ada", 6)).toBe(true);
  });
});
