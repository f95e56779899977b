import type { Buffer } from "node:buffer";
import { expect } from "vitest";
import type { RawClient } from "./client.ts";
import { GOOD } from "./heads.ts";

export interface Refusal {
  readonly status: number;
  /** What the body says. */
  readonly because: RegExp;
  /** Headers that this refusal needs. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Reads an HTTP answer strictly. A header that comes twice is an error. */
export function readAnswer(bytes: Buffer): Answer {
  const end = bytes.indexOf("\r\n\r\n");
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  expect(first).toMatch(/^HTTP\/1\.1 \d{3} [A-Z][A-Za-z ]+$/);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = "", value = ""] = /^([A-Za-z-]+): (\S.*)$/.exec(line) ?? [];
    expect(name, line).not.toBe("");
    expect(headers.has(name.toLowerCase()), `${name} comes twice`).toBe(false);
    headers.set(name.toLowerCase(), value);
  }
  return { status: Number(first.slice(9, 12)), headers, body: bytes.subarray(end + 4) };
}

/** Waits for a refusal and checks all of it: the answer is complete, the connection ended, and of no use after. */
export async function expectRefusal(
  client: RawClient,
  { status, because, headers = {} }: Refusal,
): Promise<void> {
  const bytes = await client.untilEnded();
  const answer = readAnswer(bytes);
  expect(answer.status, answer.body.toString()).toBe(status);
  expect(answer.headers.get("connection")).toBe("close");
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(answer.headers.get("content-length")).toBe(String(answer.body.length));
  expect(answer.body.toString()).toMatch(because);
  expect(answer.body.toString()).toMatch(/^\S.*\n$/);
  for (const [name, value] of Object.entries(headers)) {
    expect(answer.headers.get(name.toLowerCase()), name).toBe(value);
  }
  // What a proxy might still send through it gets no answer.
  await client.send(GOOD);
  client.end();
  expect((await client.untilClosed()).length).toBe(bytes.length);
}
