import { describe, expect, it } from "vitest";
import { allCases } from "../src/cases/index.ts";
import { Connection } from "../src/fuzzer/connection.ts";
import { createDriver } from "../src/fuzzer/driver.ts";
import { freshOutcome } from "../src/fuzzer/outcome.ts";
import { WireLog } from "../src/fuzzer/wire-log.ts";
import { judge } from "../src/judge/judge.ts";
import type { Verdict } from "../src/judge/verdict.ts";
import { Opcode } from "../src/wire/opcode.ts";
import { FakeClock } from "./fake-clock.ts";

/* How a connection may end, and what the original calls that. The fuzzer is the client. */

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const echoed = hex("81 0c 48656c6c6f20576f726c6421");
const caseOf = (id: string) => allCases.find((kase) => kase.id === id)!;

/** What the server does when a frame of this opcode comes: answers, and perhaps drops TCP. */
interface Server {
  readonly on: Readonly<Record<number, readonly Buffer[]>>;
  readonly drops?: boolean;
}

const dropped = Buffer.alloc(0);

function verdictOf(id: string, { on }: Server): Verdict {
  const clock = new FakeClock();
  const kase = caseOf(id);
  const driver = createDriver(kase);
  let gone = false;
  const end = (): void => {
    gone = true;
    connection.lost();
  };
  const transport = {
    write(bytes: Buffer) {
      const answers = on[bytes[0]! & 15] ?? [];
      clock.after(1, () => {
        for (const answer of answers) {
          if (gone) return;
          if (answer === dropped) end();
          else connection.receive(Buffer.from(answer));
        }
      });
    },
    end,
    reset: end,
  };
  const connection = new Connection({
    role: "client",
    transport,
    clock,
    log: new WireLog(() => clock.now()),
  });
  connection.open(driver);
  driver.start(connection);
  clock.run();
  expect(gone).toBe(true);
  return judge(kase, connection.outcome, driver.seen());
}

const words = ({ behavior, behaviorClose }: Verdict): string => `${behavior} / ${behaviorClose}`;

const close = (code: number): Buffer => Buffer.from([0x88, 2, code >> 8, code & 255]);
const { text, close: closing } = Opcode;

describe("the end of a connection", () => {
  it.each<[string, string, Server, string]>([
    ["as it should", "7.1.1", { on: { [text]: [echoed], [closing]: [close(1000), dropped] } }, "OK / OK"],
    ["without a code", "7.1.1", { on: { [text]: [echoed], [closing]: [hex("8800"), dropped] } }, "OK / OK"],
    ["wrong code", "1.1.2", { on: { [text]: [], [closing]: [close(1002), dropped] } }, "FAILED / WRONG CODE"],
    [
      "wrong code, where it counts twice",
      "7.3.1",
      { on: { [closing]: [close(1002), dropped] } },
      "FAILED / WRONG CODE",
    ],
    ["TCP dropped instead of a close", "7.3.1", { on: { [closing]: [dropped] } }, "OK / UNCLEAN"],
    ["TCP dropped, where that is allowed", "7.9.1", { on: { [closing]: [dropped] } }, "OK / OK"],
    ["no answer at all", "7.3.1", { on: {} }, "OK / UNCLEAN"],
    ["a forbidden code sent back", "7.9.1", { on: { [closing]: [close(0)] } }, "FAILED / WRONG CODE"],
    // The fuzzer's patience with the server's TCP ends after its case's kill timer, and with a 1 s case before it.
    ["TCP kept, killed", "7.3.1", { on: { [closing]: [close(1000)] } }, "OK / FAILED BY CLIENT"],
    [
      "TCP kept, given up",
      "5.3",
      { on: { 0: [hex("8112 667261676d656e7431667261676d656e7432")], [closing]: [close(1000)] } },
      "OK / UNCLEAN",
    ],
    [
      "TCP kept after the peer's own close",
      "3.1",
      { on: { [text]: [close(1002)] } },
      "OK / FAILED BY CLIENT",
    ],
    ["TCP kept after a close that nobody asked for", "5.3", { on: { 0: [close(1000)] } }, "FAILED / FAILED"],
    ["refused as it should", "3.1", { on: { [text]: [close(1002), dropped] } }, "OK / OK"],
    ["refused by dropping TCP", "3.1", { on: { [text]: [dropped] } }, "OK / OK"],
    ["not refused", "3.1", { on: { [closing]: [close(1000), dropped] } }, "OK / FAILED"],
    ["invalid text not refused", "6.3.1", { on: { [closing]: [close(1000), dropped] } }, "FAILED / FAILED"],
    ["only looked at", "7.13.1", { on: {} }, "INFORMATIONAL / INFORMATIONAL"],
    [
      "a masked frame from a server",
      "1.1.1",
      { on: { [text]: [hex("8180 00000000")], [closing]: [close(1000), dropped] } },
      "FAILED / UNCLEAN",
    ],
    [
      "a pong that is not asked for",
      "9.7.1",
      { on: { [text]: [hex("8a00")], [closing]: [close(1000), dropped] } },
      "FAILED / OK",
    ],
  ])("%s (%s)", (_, id, server, verdict) => {
    expect(words(verdictOf(id, server))).toBe(verdict);
  });

  it("is told with what the fuzzer objected to", () => {
    const server = { on: { [text]: [hex("8180 00000000")], [closing]: [close(1000), dropped] } };
    expect(verdictOf("1.1.1", server)).toMatchObject({
      result: "Expected text of 0 bytes, received nothing. The fuzzer objected: masked frame from a server.",
      resultClose: "The closing handshake was not completed: masked frame from a server.",
    });
  });

  it("is judged without an opening handshake too", () => {
    const unopened = (id: string): string => {
      const kase = caseOf(id);
      const { behavior, behaviorClose } = judge(kase, freshOutcome(false), createDriver(kase).seen());
      return `${behavior} / ${behaviorClose}`;
    };
    expect(unopened("1.1.1")).toBe("FAILED / FAILED");
    expect(unopened("2.5")).toBe("OK / FAILED");
    expect(unopened("6.3.1")).toBe("OK / FAILED");
    expect(unopened("12.1.1")).toBe("FAILED / FAILED");
  });
});
