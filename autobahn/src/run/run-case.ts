import { randomBytes } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Case } from "../cases/case.ts";
import { formatDeflate } from "../wire/deflate-params.ts";
import { readResponse, serializeRequest, type Target } from "../wire/handshake.ts";
import { HttpHeadReader } from "../wire/http-head.ts";
import type { CaseRun } from "./case-run.ts";
import { Session } from "./session.ts";
import { socketTransport } from "./socket-transport.ts";

/** For the opening handshake. */
const patience = 5000;

export function dial({ host, port, secure }: Target): Socket {
  // Whose certificate it is does not matter to the protocol, and test servers sign their own.
  const servername = isIP(host) ? "" : host;
  if (secure) return connectTls({ host, port, rejectUnauthorized: false, servername });
  return connectTcp({ host, port });
}

const offerOf = (kase: Case): string | undefined =>
  kase.kind === "deflate"
    ? kase.offers.map((offer) => formatDeflate(offer, "client first")).join(", ")
    : undefined;

/** Plays a case as client against the server at `target`. Never rejects: what goes wrong is the verdict. */
export function runCase(kase: Case, target: Target, agent: string): Promise<CaseRun> {
  const socket = dial(target);
  const transport = socketTransport(socket);
  const session = new Session({ case: kase, agent, role: "client", transport });
  const key = randomBytes(16).toString("base64");
  const offer = offerOf(kase);
  const reader = new HttpHeadReader();

  const timer = setTimeout(() => {
    session.failToOpen(`no answer to the opening handshake within ${patience / 1000} s`, true);
    socket.destroy();
  }, patience);

  const shake = (chunk: Buffer): void => {
    const read = reader.push(chunk);
    if (!read) return;
    clearTimeout(timer);
    session.httpResponse = read.head.text;
    session.open(readResponse(read.head, key, offer !== undefined));
    session.receive(read.rest);
  };

  return new Promise((resolve) => {
    socket.once(target.secure ? "secureConnect" : "connect", () => {
      session.httpRequest = serializeRequest(target, key, offer);
      socket.write(session.httpRequest);
    });
    socket.on("data", (chunk) => {
      if (session.opened) return session.receive(chunk);
      try {
        shake(chunk);
      } catch (error) {
        session.failToOpen(messageOf(error));
        socket.destroy();
      }
    });
    socket.on("error", (error) => session.failToOpen(error.message));
    // The peer's end of TCP is the end: nothing is owed to who has left.
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(session.finish());
    });
  });
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
