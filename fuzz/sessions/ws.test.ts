import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Violation, VIOLATIONS } from "../../src/frame/violation.ts";
import { octetsOf, session } from "../arbitraries/frame.ts";
import { cut, cutting } from "../arbitraries/octets.ts";
import { checkAsync } from "../check.ts";
import { type Played, type PlayedServer, playOurs, playWs } from "./play.ts";

/*
 * Whole sessions, over sockets, against ws as a black box: the same messages are echoed, the same pings answered, the
 * same codes told and sent, but for the differences that are meant.
 */

const said = ({ closeReason }: Played, violation: Violation): boolean =>
  closeReason === VIOLATIONS[violation].message;
const begins = (short: Played, long: Played): boolean =>
  short.answers.every((answer, i) => answer === long.answers[i]);
const same = (one: Played, other: Played): boolean => begins(one, other) && begins(other, one);

/** What we do otherwise than ws, and mean to. */
const DIFFERENCES: readonly (readonly [why: string, is: (ours: Played, theirs: Played) => boolean])[] = [
  [
    "RFC 6455 5.2: a length has its shortest encoding; ws takes any",
    (ours, theirs) => said(ours, "length-not-minimal") && begins(ours, theirs),
  ],
  [
    "RFC 6455 5.2: a length with its top bit set is a protocol error; ws calls it too big",
    (ours, theirs) => said(ours, "length-top-bit") && theirs.closeCode === 1009 && same(ours, theirs),
  ],
  [
    "text ends at the first octet that can no longer be right; ws looks when the message is whole, and pings in between",
    (ours, theirs) =>
      said(ours, "invalid-utf8") &&
      begins(ours, theirs) &&
      theirs.answers.slice(ours.answers.length).every((answer) => answer.startsWith("8a")),
  ],
  [
    "a frame's first octet is judged when it is there; ws waits for the second, and here none comes",
    (ours, theirs) =>
      ours.closeCode === 1002 &&
      theirs.closeCode === undefined &&
      theirs.toldCode === 1006 &&
      same(ours, theirs),
  ],
];

const LIMIT = 5000;
let ours: PlayedServer;
let theirs: PlayedServer;
beforeAll(async () => {
  ours = await playOurs({ maxPayload: LIMIT, compressed: false });
  theirs = await playWs({ maxPayload: LIMIT, compressed: false });
});
afterAll(() => Promise.all([ours.stop(), theirs.stop()]));

// Reasons are not compared: we answer a Close frame with its code alone, and say in words what was violated.
const comparable = ({ answers, closeCode, toldCode }: Played): object => ({ answers, closeCode, toldCode });

it("ws and we echo, answer and close alike, but for what is meant", async () => {
  await checkAsync(
    200,
    fc.asyncProperty(session(true), cutting, async (frames, sizes) => {
      const octets = octetsOf(frames);
      // A few writes are enough: how the input is cut is the matter of other properties.
      const chunks = sizes.length === 0 ? [octets] : cut(octets, [...sizes, 5000]).slice(0, 20);
      const whole = [...chunks, octets.subarray(Buffer.concat(chunks).length)];
      const [here, there] = await Promise.all([ours.play(whole), theirs.play(whole)]);
      const meant = DIFFERENCES.some(([, is]) => is(here, there));
      if (!meant) expect(comparable(here)).toEqual(comparable(there));
    }),
  );
});
