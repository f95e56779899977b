import { expect } from "vitest";
import { RawClient } from "../wire/client.ts";
import { ACCEPTED, GOOD } from "../wire/heads.ts";

/* Raw clients of a server in another process. */

export const connect = (port: number): Promise<RawClient> => RawClient.connect({ port, host: "127.0.0.1" });

/** A client whose opening handshake is done. */
export async function open(port: number): Promise<RawClient> {
  const client = await connect(port);
  await client.send(GOOD);
  const answer = await client.untilSize(ACCEPTED.length);
  expect(answer.toString("latin1")).toBe(ACCEPTED);
  return client;
}

/** What came behind the answer to the handshake, once the server has ended its half. */
export async function answers(client: RawClient): Promise<Buffer> {
  return (await client.untilEnded()).subarray(ACCEPTED.length);
}
