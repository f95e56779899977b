import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Case } from "../cases/case.ts";
import { Connection } from "../fuzzer/connection.ts";
import { realClock } from "../fuzzer/clock.ts";
import { WireLog } from "../fuzzer/wire-log.ts";
import type { CaseRun } from "../run/case-run.ts";
import { messageOf } from "../run/run-case.ts";
import { Session } from "../run/session.ts";
import { socketTransport } from "../run/socket-transport.ts";
import { readRequest, serializeResponse, type UpgradeRequest } from "../wire/handshake.ts";
import { type HttpHead, HttpHeadReader } from "../wire/http-head.ts";
import { Opcode } from "../wire/opcode.ts";
import { answerTo } from "./answer.ts";
import { type Errand, readErrand } from "./request-target.ts";
import { ResultBoard } from "./result-board.ts";

export interface FuzzingServerOptions {
  readonly cases: readonly Case[];
  readonly onDone: (run: CaseRun) => void;
  /** `/updateReports` */
  readonly onUpdate: () => void;
  /** `/stopServer` */
  readonly onStop: () => void;
}

/** For the opening handshake. */
const patience = 5000;

/** Whatever a client of the server does after its request: a case, or an errand around cases. */
interface Visit {
  receive(chunk: Buffer): void;
  lost(): void;
}

/** Judges the clients that connect. */
export class FuzzingServer {
  readonly #options: FuzzingServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #results = new ResultBoard();

  constructor(options: FuzzingServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#onSocket(socket));
  }

  /** Resolves to the port. */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : port;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #onSocket(socket: Socket): void {
    this.#sockets.add(socket);
    const reader = new HttpHeadReader();
    const timer = setTimeout(() => socket.resetAndDestroy(), patience);
    let visit: Visit | undefined;
    socket.on("data", (chunk) => {
      if (visit) return visit.receive(chunk);
      try {
        const read = reader.push(chunk);
        if (!read) return;
        clearTimeout(timer);
        visit = this.#welcome(socket, read.head);
        if (read.rest.length > 0) visit.receive(read.rest);
      } catch (error) {
        socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n${messageOf(error)}\n`);
      }
    });
    // A reset is an end like another: what it means for the case is judged on close.
    socket.on("error", () => {});
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
      visit?.lost();
    });
  }

  #welcome(socket: Socket, head: HttpHead): Visit {
    const request = readRequest(head);
    const errand = readErrand(request.target, this.#options.cases);
    return errand.kind === "run"
      ? this.#play(socket, head, request, errand)
      : this.#oblige(socket, request, errand);
  }

  #play(socket: Socket, head: HttpHead, request: UpgradeRequest, errand: Errand & { kind: "run" }): Visit {
    const { case: kase, agent } = errand;
    const session = new Session({ case: kase, agent, role: "server", transport: socketTransport(socket) });
    const agreed = kase.kind === "deflate" ? answerTo(request.offers, kase.answers) : undefined;
    session.httpRequest = head.text;
    session.httpResponse = serializeResponse(request.key, agreed);
    socket.write(session.httpResponse);
    session.open(agreed);
    return {
      receive: (chunk) => session.receive(chunk),
      lost: () => {
        const run = session.finish();
        this.#results.post(run);
        this.#options.onDone(run);
      },
    };
  }

  #oblige(socket: Socket, request: UpgradeRequest, errand: Exclude<Errand, { kind: "run" }>): Visit {
    const transport = socketTransport(socket);
    const log = new WireLog(() => realClock.now());
    const connection = new Connection({ role: "server", transport, clock: realClock, log });
    socket.write(serializeResponse(request.key, undefined));
    connection.open({ onMessage() {}, onPong() {} });
    this.#answer(connection, errand);
    return { receive: (chunk) => connection.receive(chunk), lost: () => connection.lost() };
  }

  #answer(connection: Connection, errand: Exclude<Errand, { kind: "run" }>): void {
    const tell = (value: unknown): void => {
      connection.sendMessage(Opcode.text, Buffer.from(JSON.stringify(value)));
      connection.close();
    };
    if (errand.kind === "count") tell(this.#options.cases.length);
    else if (errand.kind === "info") tell({ id: errand.case.id, description: errand.case.title });
    else if (errand.kind === "status") {
      this.#results.when(errand.agent, errand.case.id, (behavior) => tell({ behavior }));
    } else if (errand.kind === "update reports") {
      this.#options.onUpdate();
      connection.close();
    } else if (errand.kind === "stop") {
      connection.close();
      this.#options.onStop();
    }
  }
}
