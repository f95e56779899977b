import { describe } from "vitest";
import { itEach } from "./rows.ts";
import { bend } from "./heads.ts";
import { expectRefusal } from "./refusal.ts";
import { startListening } from "./servers.ts";

/* What an HTTP server keeps to itself, because it sees no upgrade in it: only our own listener can be asked. */

describe("refused, listening by itself only", () => {
  itEach(
    [
      { name: "Upgrade absent", request: bend("Upgrade") },
      { name: "Upgrade empty", request: bend("Upgrade", "Upgrade:") },
      { name: "an ordinary request", request: "GET / HTTP/1.1\r\nHost: server.example.com\r\n\r\n" },
    ],
    async ({ request }) => {
      const { connect } = await startListening();
      const client = await connect();
      await client.send(request);
      await expectRefusal(client, {
        status: 426,
        because: /Upgrade: websocket/,
        headers: { Upgrade: "websocket" },
      });
    },
  );

  itEach(
    [
      { name: "Connection absent", request: bend("Connection") },
      { name: "Connection: keep-alive", request: bend("Connection", "Connection: keep-alive") },
      { name: "Connection: upgrade-insecure", request: bend("Connection", "Connection: upgrade-insecure") },
      { name: "Connection: not-upgrade", request: bend("Connection", "Connection: not-upgrade") },
      {
        name: "Connection: keep-alive Upgrade",
        request: bend("Connection", "Connection: keep-alive Upgrade"),
      },
      { name: 'Connection: "Upgrade"', request: bend("Connection", 'Connection: "Upgrade"') },
      {
        name: "Connection with an element that is no token",
        request: bend("Connection", "Connection: a b, Upgrade"),
      },
    ],
    async ({ request }) => {
      const { connect } = await startListening();
      const client = await connect();
      await client.send(request);
      await expectRefusal(client, { status: 400, because: /Connection.*upgrade/ });
    },
  );
});
