import { WebSocketServer } from "../index.ts";
import { readArguments, readPort, readSize, UsageError } from "./usage.ts";

export const ECHO_HELP = `handfast echo: a server that sends every message back as it came

Usage: handfast echo --port N [options]

Options:
  --port N             port to listen on; 0 for any that is free
  --host H             address to listen on (default 127.0.0.1)
  --max-payload SIZE   largest message, such as 65536, 64kb or 16mb (default 1mb)
  --origin WHO         same-origin (default), any, or origins with commas between
  --deflate            agree to permessage-deflate
  --deflate-takeover   ... with context takeover
  --deflate-threshold N  ... for messages from N bytes on (default 0)
  --json               print events as lines of JSON
  --help               show this help

It prints "listening on ws://HOST:N" when it is ready. Ctrl-C closes every
connection with 1001 and ends.
`;

/** Runs until it is interrupted. Throws {@link UsageError} for what stands in the way of starting. */
export async function echo(args: readonly string[]): Promise<void> {
  const values = readArguments(args, {
    port: { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
    "max-payload": { type: "string", default: "1mb" },
    origin: { type: "string", default: "same-origin" },
    deflate: { type: "boolean", default: false },
    "deflate-takeover": { type: "boolean", default: false },
    "deflate-threshold": { type: "string", default: "0" },
    json: { type: "boolean", default: false },
  });
  if (values.port === undefined) throw new UsageError("echo needs --port N");
  const { host, origin } = values;
  if (!values.deflate && (values["deflate-takeover"] || values["deflate-threshold"] !== "0")) {
    throw new UsageError("--deflate-takeover and --deflate-threshold need --deflate");
  }
  const tell = (event: string, facts: object): void => {
    if (values.json) console.log(JSON.stringify({ event, ...facts }));
  };
  const server = new WebSocketServer({
    maxPayload: readSize("max-payload", values["max-payload"]),
    perMessageDeflate: values.deflate && {
      contextTakeover: values["deflate-takeover"],
      threshold: readSize("deflate-threshold", values["deflate-threshold"]),
    },
    origin: origin === "any" || origin === "same-origin" ? origin : origin.split(","),
    open: (_, { path, remoteAddress }) => tell("open", { path, remoteAddress }),
    message: (socket, message) => {
      if (socket.state === "open") socket.send(message);
      tell("message", { type: message.type, bytes: message.bytes.length });
    },
    close: (_, code, reason) => tell("close", { code, reason }),
  });
  const listening = await server.listen({ port: readPort(values.port), host }).catch((error: unknown) => {
    throw new UsageError(whyNot(error as NodeJS.ErrnoException, host, values.port!));
  });
  const url = `ws://${host.includes(":") ? `[${host}]` : host}:${listening.port}`;
  if (values.json) tell("listening", { url });
  else console.log(`listening on ${url}`);
  const stop = (): void => {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    void server.close();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: string): string {
  if (error.code === "EADDRINUSE") return `port ${port} of ${host} is in use; take another, or 0 for any`;
  if (error.code === "EACCES") return `port ${port} needs more rights; take one from 1024 on`;
  if (error.code === "ENOTFOUND" || error.code === "EADDRNOTAVAIL")
    return `${host} is not an address of this machine`;
  return error.message;
}
