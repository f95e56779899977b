import {
  type Message,
  MisuseError,
  type ServerOptions,
  type ServerSocket,
  WebSocketServer,
} from "../index.ts";
import { type Consume, readEchoOptions } from "./echo-options.ts";
import { readPort, UsageError } from "./usage.ts";

type Tell = (event: string, facts: object) => void;

/** Runs until it is interrupted. Throws {@link UsageError} for what stands in the way of starting. */
export async function echo(args: readonly string[]): Promise<void> {
  const { port, host, json, stats, consume, goodbye, options } = readEchoOptions(args);
  const tell: Tell = (event, facts) => {
    if (json) console.log(JSON.stringify({ event, ...facts }));
  };
  const server = createServer({ ...options, ...CONSUMERS[consume](tell) }, tell);
  const listening = await server.listen({ port: readPort(port), host }).catch((error: unknown) => {
    throw new UsageError(whyNot(error as NodeJS.ErrnoException, host, port));
  });
  const url = `ws://${host.includes(":") ? `[${host}]` : host}:${listening.port}`;
  if (json) tell("listening", { url });
  else console.log(`listening on ${url}`);
  const printStats = (): void => console.log(JSON.stringify({ event: "stats", ...server.stats() }));
  const timer = stats === undefined ? undefined : setInterval(printStats, stats * 1000);
  const stop = (): void => {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    clearInterval(timer);
    void server.close(goodbye).then((report) => {
      if (stats !== undefined) printStats();
      tell("closed", report);
    });
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

function createServer(options: ServerOptions, tell: Tell): WebSocketServer {
  try {
    return new WebSocketServer({ ...options, close: (_, code, reason) => tell("close", { code, reason }) });
  } catch (error) {
    if (error instanceof MisuseError) throw new UsageError(error.message);
    throw error;
  }
}

/** Each way to take messages, as hooks. */
const CONSUMERS: Readonly<Record<Consume, (tell: Tell) => ServerOptions>> = {
  handlers: (tell) => ({
    open: (_, { path, remoteAddress }) => tell("open", { path, remoteAddress }),
    message: (socket, message) => sendBack(socket, message, tell),
  }),
  iterate: (tell) => ({
    async open(socket, { path, remoteAddress }) {
      tell("open", { path, remoteAddress });
      for await (const message of socket) await sendBack(socket, message, tell);
    },
  }),
  stream: (tell) => ({
    open: (_, { path, remoteAddress }) => tell("open", { path, remoteAddress }),
    async stream(socket, message) {
      if (socket.state !== "open") return;
      let bytes = 0;
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const piece of message) {
          bytes += piece.length;
          yield piece;
        }
      };
      // A connection that ends in the middle is told by its close.
      await socket.sendStream(counted(), { type: message.type }).catch(() => {});
      tell("message", { type: message.type, bytes });
    },
  }),
};

function sendBack(socket: ServerSocket, message: Message, tell: Tell): PromiseLike<void> | undefined {
  const sent = socket.state === "open" ? socket.send(message) : undefined;
  tell("message", { type: message.type, bytes: message.bytes.length });
  return sent;
}

function whyNot({ code, message }: NodeJS.ErrnoException, host: string, port: string): string {
  if (code === "EADDRINUSE") return `port ${port} of ${host} is in use; take another, or 0 for any`;
  if (code === "EACCES") return `port ${port} needs more rights; take one from 1024 on`;
  if (code === "ENOTFOUND" || code === "EADDRNOTAVAIL") return `${host} is not an address of this machine`;
  return message;
}
