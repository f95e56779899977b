import { describe, expect, it } from "vitest";
import { Outbox } from "../page/model/outbox.ts";
import { roomInAddress, roomName } from "../page/model/room-name.ts";
import { Room } from "../page/model/room.ts";
import type { ClientMessage, Said, ServerMessageOf } from "../protocol/messages.ts";

/* What the page knows, without a browser: nothing twice, nothing lost. */

const ada = { id: "a", name: "Ada" };
const bob = { id: "b", name: "Bob" };
const said = (seq: number, by = bob): Said => ({ seq, by, ref: `r${seq}`, text: `text ${seq}`, at: seq });
const joined = (rest: Partial<ServerMessageOf<"joined">> & { last: number }): ServerMessageOf<"joined"> => ({
  type: "joined",
  room: "lobby",
  people: [ada],
  said: [],
  resumed: false,
  more: false,
  ...rest,
});

describe("a room's name", () => {
  it.each([
    ["lobby", "lobby"],
    ["Tea Party!", "tea-party"],
    ["  Café №5 ", "cafe-no5"],
    ["-a--b-", "a-b"],
    ["x".repeat(31) + " y", "x".repeat(31)],
    ["чат", ""],
  ])("is made of %j: %j", (text, name) => {
    expect(roomName(text)).toBe(name);
  });

  it("is taken from an address, however that is written", () => {
    expect(["#lobby", "#Tea%20Party", "#", "", "#%E0%A4%A"].map(roomInAddress)).toEqual([
      "lobby",
      "tea-party",
      "",
      "",
      "",
    ]);
  });
});

describe("a room of the page", () => {
  const seqs = (room: Room): (number | string)[] =>
    room.lines.value.map((line) => (line.kind === "said" ? line.said.seq : line.text));

  it("takes each message once, whatever way it comes, and notices what is missing", () => {
    const room = new Room("lobby");
    room.enter(joined({ said: [said(4), said(5)], last: 5, more: true }));
    expect([4, 5, 6, 6, 5, 7].map((seq) => room.hear(said(seq)))).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(seqs(room)).toEqual([4, 5, 6, 7]);
    expect(room.hear(said(9))).toBe(false);
    expect(seqs(room)).toEqual([4, 5, 6, 7]);
  });

  it("goes on where it was when it resumes, and starts anew otherwise", () => {
    const room = new Room("lobby");
    room.enter(joined({ said: [said(1)], last: 1 }));
    room.hear(said(2));
    room.enter(joined({ said: [said(3)], last: 3, resumed: true, more: true }));
    expect([seqs(room), room.more.value, room.last.value]).toEqual([[1, 2, 3], false, 3]);
    room.enter(joined({ said: [said(8), said(9)], last: 9, more: true }));
    expect([seqs(room), room.more.value, room.last.value]).toEqual([[8, 9], true, 9]);
  });

  it("puts older messages above, and none that it has", () => {
    const room = new Room("lobby");
    room.enter(joined({ said: [said(5)], last: 5, more: true }));
    room.come(bob, false);
    room.prepend([said(3), said(4), said(5)], true);
    expect(seqs(room)).toEqual([3, 4, 5, "Bob came in"]);
  });

  it("counts what was not read, from where it was read the last time", () => {
    const room = new Room("lobby");
    room.read.value = 3;
    room.enter(joined({ said: [said(5)], last: 5, more: true }));
    room.hear(said(6));
    expect(room.unread.value).toBe(3);
    room.read.value = 6;
    expect(room.unread.value).toBe(0);
    // A history that is shorter than what was read is another one.
    room.enter(joined({ last: 2 }));
    expect([room.read.value, room.unread.value]).toEqual([2, 0]);
    const first = new Room("lobby");
    first.enter(joined({ said: [said(5)], last: 5 }));
    expect(first.unread.value).toBe(0);
  });

  it("knows who is there, and says who comes, goes and changes their name", () => {
    const room = new Room("lobby");
    room.enter(joined({ last: 0 }));
    room.come(bob, false);
    room.come({ ...bob, name: "Robert" }, false);
    room.come(ada, true);
    room.go({ ...bob, name: "Robert" }, false);
    room.go({ ...bob, name: "Robert" }, false);
    expect(seqs(room)).toEqual(["Bob came in", "Bob is now Robert", "Robert left"]);
    expect([...room.people.value.values()]).toEqual([ada]);
  });
});

describe("the outbox", () => {
  function start(): { outbox: Outbox; sent: string[]; rooms: Set<string>; connection: { isThere: boolean } } {
    const sent: string[] = [];
    const rooms = new Set(["lobby"]);
    const connection = { isThere: true };
    const send = (message: ClientMessage): boolean => {
      if (connection.isThere && message.type === "say") sent.push(message.text);
      return connection.isThere;
    };
    return { outbox: new Outbox(send, (room) => rooms.has(room)), sent, rooms, connection };
  }
  const refs = ({ letters }: Outbox): string[] => letters.value.map(({ ref }) => ref);

  it("sends one after the other, and keeps each until the message itself is here", () => {
    const { outbox, sent } = start();
    outbox.add("lobby", "one");
    outbox.add("lobby", "two");
    expect(sent).toEqual(["one"]);
    const [one, two] = refs(outbox) as [string, string];
    outbox.stored(one);
    expect([sent, refs(outbox)]).toEqual([
      ["one", "two"],
      [one, two],
    ]);
    outbox.confirm(one);
    outbox.confirm(two);
    outbox.stored(two);
    expect([sent, refs(outbox)]).toEqual([["one", "two"], []]);
  });

  it("sends what was not confirmed once more over the next connection, and nothing else", () => {
    const { outbox, sent, connection } = start();
    for (const text of ["one", "two", "three"]) outbox.add("lobby", text);
    outbox.stored(refs(outbox)[0]!);
    connection.isThere = false;
    outbox.restart();
    outbox.add("lobby", "four");
    connection.isThere = true;
    outbox.restart();
    for (let i = 0; i < 3; i++) outbox.confirm(refs(outbox)[0]!);
    expect(sent).toEqual(["one", "two", "two", "three", "four"]);
  });

  it("lets a room that cannot be entered hold up no other", () => {
    const { outbox, sent, rooms } = start();
    outbox.add("full", "one");
    outbox.add("lobby", "two");
    expect(sent).toEqual(["two"]);
    rooms.add("full");
    outbox.confirm(refs(outbox)[1]!);
    expect(sent).toEqual(["two", "one"]);
  });

  it("shows what was refused, and goes on with the next", () => {
    const { outbox, sent } = start();
    outbox.add("lobby", "bad");
    outbox.add("lobby", "good");
    const re = refs(outbox)[0]!;
    expect(outbox.refuse({ type: "error", re, code: "bad-message", message: "no" })).toBe(true);
    expect(outbox.letters.value[0]).toMatchObject({ text: "bad", refused: "no" });
    expect(sent).toEqual(["bad", "good"]);
    outbox.drop(re);
    expect(outbox.letters.value.map(({ text }) => text)).toEqual(["good"]);
    expect(outbox.refuse({ type: "error", re: "other", code: "bad-message", message: "no" })).toBe(false);
  });
});
