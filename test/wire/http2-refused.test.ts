import { describe, expect } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { type Changes, http2Doors } from "./http2.ts";
import { itEach } from "./rows.ts";

/* Requests over HTTP/2 that are refused: ordinary answers, and the stream is told that it may stop. */

interface Row {
  readonly name: string;
  readonly changes?: Changes;
  readonly options?: ServerOptions;
  readonly status: number;
  readonly because: RegExp;
  readonly headers?: Readonly<Record<string, string>>;
}

const origin = "https://elsewhere.example";
const refused: Row[] = [
  {
    name: "HTTP/2: another protocol than websocket",
    changes: { ":protocol": "connect-udp" },
    status: 501,
    because: /protocol/,
  },
  {
    name: "HTTP/2: a scheme that is not HTTP's",
    changes: { ":scheme": "ftp" },
    status: 400,
    because: /scheme/,
  },
  {
    name: "HTTP/2: a Host that contradicts the authority",
    changes: { ":authority": "server.example", host: "other.example" },
    status: 400,
    because: /Host/,
  },
  { name: "HTTP/2: a fragment in the path", changes: { ":path": "/a#b" }, status: 400, because: /target/ },
  { name: "HTTP/2: a body", changes: { "content-length": "3" }, status: 400, because: /body/ },
  {
    name: "HTTP/2: no version",
    changes: { "sec-websocket-version": undefined },
    status: 400,
    because: /Version/,
  },
  {
    name: "HTTP/2: version 8",
    changes: { "sec-websocket-version": "8" },
    status: 426,
    because: /must be 13/,
    headers: { "sec-websocket-version": "13" },
  },
  { name: "HTTP/2: Origin of another host", changes: { origin }, status: 403, because: /origin/ },
  {
    name: "HTTP/2: subprotocols against the grammar",
    changes: { "sec-websocket-protocol": "a b" },
    status: 400,
    because: /Protocol/,
  },
  {
    name: "HTTP/2: extensions against the grammar",
    changes: { "sec-websocket-extensions": "x;" },
    status: 400,
    because: /Extensions/,
  },
  {
    name: "HTTP/2: more header fields than the limit",
    changes: { a: "1", b: "2" },
    options: { maxHeaders: 2 },
    status: 431,
    because: /more than 2/,
  },
  {
    name: "HTTP/2: more connections than may be",
    options: { maxConnections: 1 },
    status: 503,
    because: /as many/,
  },
  {
    name: "HTTP/2: a refusal from a hook",
    options: {
      upgrade: () => ({ status: 401, headers: { "WWW-Authenticate": "Basic" }, body: "Who are you?" }),
    },
    status: 401,
    because: /^Who are you\?$/,
    headers: { "www-authenticate": "Basic" },
  },
  {
    name: "HTTP/2: a refusal from a hook that takes its time",
    options: { upgrade: async () => Promise.resolve({ status: 403 }) },
    status: 403,
    because: /Refused/,
  },
  {
    name: "HTTP/2: a refusal without content",
    options: { upgrade: () => ({ status: 304 }) },
    status: 304,
    because: /^$/,
  },
  {
    name: "HTTP/2: a hook that throws",
    options: {
      upgrade: () => {
        throw new Error("secret");
      },
    },
    status: 500,
    because: /could not decide/,
  },
  {
    name: "HTTP/2: a header value from a hook with a line end",
    options: { upgrade: () => ({ headers: { "X-A": "a\r\nb" } }) },
    status: 500,
    because: /could not decide/,
  },
];

describe.each(http2Doors)("refuses, %s", (_, start) => {
  itEach(refused, async ({ changes, options = {}, status, because, headers = {} }) => {
    const { connect, server } = await start(options);
    const session = await connect();
    if (options.maxConnections !== undefined) await session.open();
    const { size } = server.sockets;
    const client = session.request(changes);
    const answer = await client.answer;
    const body = (await client.untilClosed()).toString();
    expect(answer[":status"], body).toBe(status);
    expect(answer).toMatchObject({ "content-type": "text/plain; charset=utf-8", ...headers });
    expect(
      Object.keys(answer).filter((name) => /^(connection|upgrade|sec-websocket-accept)$/.test(name)),
    ).toEqual([]);
    expect(body.trimEnd()).toMatch(because);
    expect(client.stream.rstCode).toBe(0);
    expect(server.sockets.size).toBe(size);
  });
});
