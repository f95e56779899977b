import { describe, expect, it, onTestFinished } from "vitest";
import { ChatProcess } from "./chat-process.ts";
import { Guest, keyOf } from "./guest.ts";
import { missing, RedisProcess } from "./redis-process.ts";
import { faultsOf, Talker } from "./talker.ts";

/* Two processes of the chat that share it over a real Redis. */

if (missing !== undefined) console.warn(`skipped: the chat over Redis: ${missing}`);

describe.skipIf(missing !== undefined)("two nodes", () => {
  const startNode = ({ url }: RedisProcess, ...args: string[]): Promise<ChatProcess> =>
    ChatProcess.start("--redis-url", url, "--max-rate", "1000", ...args);

  async function start(
    ...args: string[]
  ): Promise<{ redis: RedisProcess; one: ChatProcess; two: ChatProcess }> {
    const redis = await RedisProcess.start();
    const [one, two] = await Promise.all([startNode(redis, ...args), startNode(redis, ...args)]);
    return { redis, one, two };
  }

  function talker(name: string, port: () => number): Talker {
    const made = new Talker({ name, port });
    onTestFinished(() => made.stop());
    return made;
  }

  it("are one chat: messages in one order, people, names, typing and history", async () => {
    const { one, two } = await start("--grace", "0");
    const ada = await Guest.named(one.port, "Ada");
    await ada.next("joined");
    const bob = await Guest.named(two.port, "Bob");
    expect((await bob.next("joined")).people.map(({ name }) => name)).toEqual(["Ada", "Bob"]);
    expect(await ada.next("came")).toMatchObject({ who: { name: "Bob" } });
    bob.send({ type: "typing", room: "lobby" });
    expect(await ada.next("typing")).toMatchObject({ who: { name: "Bob" } });

    const count = 100;
    for (let i = 0; i < count; i++) {
      ada.say(`ada ${i}`);
      bob.say(`bob ${i}`);
    }
    const hear = async (guest: Guest): Promise<string[]> => {
      const texts: string[] = [];
      while (texts.length < 2 * count) {
        const { seq, text } = await guest.next("said");
        expect(seq).toBe(texts.push(text));
      }
      return texts;
    };
    const [first, second] = await Promise.all([hear(ada), hear(bob)]);
    expect(first).toEqual(second);
    for (const name of ["ada", "bob"]) {
      const own = first.filter((text) => text.startsWith(name));
      expect(own).toEqual(Array.from({ length: count }, (_, i) => `${name} ${i}`));
    }

    const eve = await Guest.named(two.port, "Eve");
    expect((await eve.next("joined")).said.map(({ text }) => text)).toEqual(first.slice(-50));
    bob.send({ type: "leave", id: "bye", room: "lobby" });
    expect(await ada.next("went")).toMatchObject({ who: { name: "Bob" } });
  });

  it("hold a message once, whichever of them it is sent to again", async () => {
    const { one, two } = await start();
    const ada = await Guest.named(one.port, "Ada");
    ada.say("once", "lobby", "same");
    expect(await ada.next("stored")).toMatchObject({ re: "same", seq: 1 });
    const again = await Guest.named(two.port, "Ada");
    again.say("once", "lobby", "same");
    const { seq, at } = await again.next("stored");
    again.say("next");
    expect(await again.next("stored")).toMatchObject({ seq: 2 });
    const eve = await Guest.named(one.port, "Eve");
    expect((await eve.next("joined")).said).toMatchObject([{ seq, text: "once", at }, { text: "next" }]);
  });

  it("have each name once, and each room's places once", async () => {
    const { one, two } = await start("--max-users", "2");
    await Guest.named(one.port, "Ada");
    await Guest.named(two.port, "Bob");
    const imitator = await Guest.named(two.port, "Eve", { key: keyOf("eve") });
    imitator.send({ type: "join", id: "1", room: "lobby" });
    expect(await imitator.next("error")).toMatchObject({ re: "1", code: "room-full" });
    imitator.socket.close();
    const thief = await Guest.connected(two.port);
    thief.hello("Аda", { key: keyOf("thief") });
    expect(await thief.next("error")).toMatchObject({ code: "name-taken" });
  });

  it("lose and double nothing when one of them is killed, and its people come to the other", async () => {
    const { redis, one, two } = await start();
    let ports = [one.port, two.port];
    const names = ["Ada", "Bob", "Eve", "Zoe", "Ida", "Max"];
    // Each connection goes to a node that is there, as a load balancer sees to it.
    const talkers = names.map((name, i) => talker(name, () => ports[i % ports.length]!));
    const expected = new Map(names.map((name) => [name, [] as string[]]));
    const sayAll = (round: number): void => {
      for (const [i, each] of talkers.entries()) {
        const text = `${names[i]} says ${round}`;
        expected.get(names[i]!)!.push(text);
        each.say(text);
      }
    };
    // Fewer than are brought after a pause: nobody has to begin anew, however long they were away.
    const rounds = 30;
    for (let round = 0; round < rounds; round++) {
      sayAll(round);
      await talkers[0]!.until(() => talkers[0]!.waiting < 5);
      if (round === 10) {
        ports = [two.port];
        void one.kill();
      }
      if (round === 20) ports.push((await startNode(redis)).port);
    }
    for (const each of talkers) await each.until(() => each.waiting === 0);
    const all = names.length * rounds;
    for (const each of talkers) {
      await each.until(() => each.heard.length >= all);
      expect(faultsOf(each.heard, expected)).toEqual([]);
      expect(each.gaps).toEqual([]);
    }
    expect(talkers.filter((each) => each.connections > 1).length).toBeGreaterThan(0);
  });

  it("let go of the people of a node that was killed, when they do not come back", async () => {
    const { one, two } = await start();
    const ada = await Guest.named(two.port, "Ada");
    await Guest.named(one.port, "Bob");
    await ada.next("came");
    await one.kill();
    expect(await ada.next("went")).toMatchObject({ who: { name: "Bob" } });
  });

  it("survive that Redis goes away and comes back, and say so", async () => {
    const { redis, one, two } = await start();
    const ada = talker("Ada", () => one.port);
    const bob = talker("Bob", () => two.port);
    ada.say("before");
    await bob.until(() => bob.heard.length === 1);
    await redis.kill();
    for (const each of [ada, bob]) await each.until(() => !each.stores);
    ada.say("meanwhile");
    bob.say("meanwhile, too");
    const guest = await Guest.connected(one.port);
    guest.hello("Eve");
    expect(await guest.next("error")).toMatchObject({ code: "unavailable" });
    await redis.restart();
    for (const each of [ada, bob]) {
      await each.until(() => each.stores && each.waiting === 0);
      await each.until(() => each.heard.length === 3);
      expect(each.heard[0]?.text).toBe("before");
      expect(each.gaps).toEqual([]);
    }
    const expected = new Map([
      ["Ada", ["before", "meanwhile"]],
      ["Bob", ["meanwhile, too"]],
    ]);
    expect(faultsOf(ada.heard, expected)).toEqual([]);
    expect(bob.heard).toEqual(ada.heard);
    // The log says that the storage was away, and nothing of what people said or are.
    const log = one.complaints.join("\n");
    expect(log).toContain("storage: ");
    expect(log).not.toMatch(/Ada|Bob|Eve|meanwhile|lobby/);
    for (const name of ["Ada", "Eve"]) expect(log).not.toContain(keyOf(name));
  });

  it("notice when more has happened than they can follow", async () => {
    const { redis, one, two } = await start();
    const ada = talker("Ada", () => one.port);
    const bob = talker("Bob", () => two.port);
    await ada.until(() => ada.connections === 1);
    one.signal("SIGSTOP");
    for (let i = 0; i < 5; i++) bob.say(`meanwhile ${i}`);
    await bob.until(() => bob.heard.length === 5);
    await redis.command("XTRIM", "chat:events", "MAXLEN", "0");
    one.signal("SIGCONT");
    await ada.until(() => ada.heard.length === 5);
    expect(ada.heard).toEqual(bob.heard);
    expect(ada.connections).toBe(2);
  });

  it("start anew together when Redis comes back without its memory", async () => {
    const { redis, one, two } = await start();
    const ada = talker("Ada", () => one.port);
    const bob = talker("Bob", () => two.port);
    for (let i = 0; i < 5; i++) ada.say(`old ${i}`);
    await bob.until(() => bob.heard.length === 5);
    // What is not confirmed would be said again.
    await ada.until(() => ada.waiting === 0);
    await redis.kill();
    redis.forget();
    await redis.restart();
    for (const each of [ada, bob]) await each.until(() => each.connections > 1);
    bob.say("new");
    for (const each of [ada, bob]) {
      await each.until(() => each.heard.at(-1)?.text === "new");
      expect(each.heard.map(({ seq, text }) => [seq, text])).toEqual([[1, "new"]]);
    }
  });
});
