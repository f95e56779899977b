import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { ACCEPTED, GOOD, plus, REQUEST, text } from "./heads.ts";
import { expectRefusal } from "./refusal.ts";
import { startAttached, startListening } from "./servers.ts";

/* Limits of the handshake: at the limit, and one past it. Nothing is ever truncated. */

const fields = (count: number): string[] => Array.from({ length: count }, (_, i) => `X-${i}: a`);
const withFields = (count: number): string => text([...REQUEST, ...fields(count - (REQUEST.length - 1))]);
const ofSize = (size: number): string => plus(`X: ${"a".repeat(size - plus("X: ").length)}`);

describe("limits of the handshake", () => {
  it("a head of just the byte limit", async () => {
    const { connect } = await startListening();
    const client = await connect();
    await client.send(ofSize(16_384));
    expect((await client.untilSize(ACCEPTED.length)).toString("latin1")).toBe(ACCEPTED);
  });

  it("a head of one byte more than the limit", async () => {
    const { connect } = await startListening();
    const client = await connect();
    await client.send(ofSize(16_385));
    await expectRefusal(client, { status: 431, because: /larger than 16384 bytes/ });
  });

  it("a head that never ends", async () => {
    const { connect } = await startListening({ maxHeaderBytes: 100 });
    const client = await connect();
    await client.send(`GET /${"a".repeat(96)}`);
    await expectRefusal(client, { status: 431, because: /larger than 100 bytes/ });
  });

  it.each([20, 999, 1000])("%i header fields", async (count) => {
    const { connect } = await startListening({ maxHeaderBytes: 100_000 });
    const client = await connect();
    await client.send(withFields(count));
    expect((await client.untilSize(ACCEPTED.length)).toString("latin1")).toBe(ACCEPTED);
  });

  it.each([1001, 2001])("%i header fields are more than the limit", async (count) => {
    const { connect } = await startListening({ maxHeaderBytes: 100_000 });
    const client = await connect();
    await client.send(withFields(count));
    await expectRefusal(client, { status: 431, because: /more than 1000 header fields/ });
  });

  it("behind an HTTP server that drops header fields nothing is accepted", async () => {
    const { connect, http } = await startAttached({ maxHeaders: 5000 });
    http!.maxHeadersCount = 30;
    const enough = await connect();
    await enough.send(withFields(29));
    await enough.untilSize(ACCEPTED.length);
    const tooMany = await connect();
    await tooMany.send(withFields(31));
    // From Node 22 on node:http refuses by itself; before, it would have dropped a field without a word.
    expect((await tooMany.untilEnded()).toString("latin1")).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("behind an HTTP server our own limit on header fields holds", async () => {
    const { connect } = await startAttached({ maxHeaders: 10 });
    const client = await connect();
    await client.send(withFields(11));
    await expectRefusal(client, { status: 431, because: /more than 10 header fields/ });
  });

  it("a head that does not arrive in time", async () => {
    const { connect } = await startListening({ handshakeTimeout: 50 });
    const client = await connect();
    await client.send(GOOD.slice(0, -1));
    await expectRefusal(client, { status: 408, because: /in time/ });
  });

  it("a client that sends nothing", async () => {
    const { connect } = await startListening({ handshakeTimeout: 50 });
    await expectRefusal(await connect(), { status: 408, because: /in time/ });
  });

  it("a time-out longer than a timer can run is refused as an option", async () => {
    for (const name of ["handshakeTimeout", "closeTimeout"]) {
      await expect(startListening({ [name]: 2 ** 31 })).rejects.toMatchObject({ code: "ERR_INVALID_OPTION" });
    }
    await startListening({ handshakeTimeout: 2 ** 31 - 1, closeTimeout: 2 ** 31 - 1 });
  });

  it("more connections than the limit", async () => {
    const { connect, open } = await startListening({ maxConnections: 2 });
    const first = await open();
    await connect();
    await expectRefusal(await connect(), { status: 503, because: /connections/ });
    first.end();
    await first.untilClosed();
    await open();
  });

  it("an HTTP server's time-out does not reach an open connection", async () => {
    const timeouts: (number | undefined)[] = [];
    let transport: Socket | undefined;
    const { open, http } = await startAttached({ open: () => void timeouts.push(transport?.timeout) });
    http!.timeout = 60_000;
    http!.on("connection", (socket) => (transport = socket));
    const client = await open();
    await client.send("\x89\x80\0\0\0\0");
    await client.untilSize(ACCEPTED.length + 2);
    expect(timeouts).toEqual([0]);
  });
});
