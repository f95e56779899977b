import type { CloseOptions, ServerOptions } from "../index.ts";
import { readArguments, readNumber, readSize, readWhole, UsageError } from "./usage.ts";

export const ECHO_HELP = `handfast echo: a server that sends every message back as it came

Usage: handfast echo --port N [options]

Options:
  --port N             port to listen on; 0 for any that is free
  --host H             address to listen on (default 127.0.0.1)
  --origin WHO         same-origin (default), any, or origins with commas between
  --consume WAY        take messages by handlers (default), iterate, or stream
  --json               print events as lines of JSON
  --stats S            print what was counted, every S seconds, as lines of JSON
  --help               show this help

Limits:
  --max-payload SIZE   largest message, such as 65536, 64kb or 16mb (default 1mb)
  --max-connections N  connections at a time (default 65536)
  --max-buffered SIZE  what may wait for a peer (default 16mb)
  --rate-messages N    messages a second of each peer
  --rate-bytes SIZE    bytes a second of each peer
  --rate-burst S       ... seconds' worth of them at once (default 1)
  --rate-close         ... closed with 1008 past it, instead of waiting
  --idle-timeout MS    close with 1001 where no message comes or goes

Heartbeat:
  --heartbeat MS       silence before a Ping (default 30000); 0 for no heartbeat
  --heartbeat-timeout MS  time to answer it (default 15000)

Closing:
  --spread MS          spread the Close frames over this time (default 0)
  --deadline MS        destroy what is left then (default: the spread and 10000)

Compression:
  --deflate            agree to permessage-deflate
  --deflate-takeover   ... with context takeover
  --deflate-threshold N  ... for messages from N bytes on (default 0)

It prints "listening on ws://HOST:N" when it is ready. Ctrl-C closes every
connection with 1001 and ends.
`;

const string = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

const OPTIONS = {
  port: string,
  host: { type: "string", default: "127.0.0.1" },
  origin: { type: "string", default: "same-origin" },
  consume: { type: "string", default: "handlers" },
  json: flag,
  stats: string,
  "max-payload": { type: "string", default: "1mb" },
  "max-connections": string,
  "max-buffered": string,
  "rate-messages": string,
  "rate-bytes": string,
  "rate-burst": string,
  "rate-close": flag,
  "idle-timeout": string,
  heartbeat: string,
  "heartbeat-timeout": string,
  spread: string,
  deadline: string,
  deflate: flag,
  "deflate-takeover": flag,
  "deflate-threshold": { type: "string", default: "0" },
} as const;

export type Consume = "handlers" | "iterate" | "stream";
type EchoValues = ReturnType<typeof readArguments<typeof OPTIONS>>;

/** What a command line asks for. */
export interface EchoOptions {
  readonly port: string;
  readonly host: string;
  readonly json: boolean;
  /** Seconds between two prints. */
  readonly stats: number | undefined;
  readonly consume: Consume;
  readonly goodbye: CloseOptions;
  readonly options: ServerOptions;
}

/** Throws {@link UsageError}. */
export function readEchoOptions(args: readonly string[]): EchoOptions {
  const values = readArguments(args, OPTIONS);
  const { port, consume } = values;
  if (port === undefined) throw new UsageError("echo needs --port N");
  if (consume !== "handlers" && consume !== "iterate" && consume !== "stream") {
    throw new UsageError(`--consume takes handlers, iterate or stream, not ${JSON.stringify(consume)}`);
  }
  if (!values.deflate && (values["deflate-takeover"] || values["deflate-threshold"] !== "0")) {
    throw new UsageError("--deflate-takeover and --deflate-threshold need --deflate");
  }
  const origin = values.origin;
  const options: ServerOptions = {
    ...given("maxConnections", values["max-connections"], (text) => readWhole("max-connections", text)),
    ...given("maxBuffered", values["max-buffered"], (text) => readSize("max-buffered", text)),
    ...given("idleTimeout", values["idle-timeout"], (text) => readWhole("idle-timeout", text)),
    maxPayload: readSize("max-payload", values["max-payload"]),
    heartbeat: readHeartbeat(values),
    ...readRate(values),
    perMessageDeflate: values.deflate && {
      contextTakeover: values["deflate-takeover"],
      threshold: readSize("deflate-threshold", values["deflate-threshold"]),
    },
    origin: origin === "any" || origin === "same-origin" ? origin : origin.split(","),
  };
  const goodbye: CloseOptions = {
    ...given("spread", values.spread, (text) => readWhole("spread", text)),
    ...given("deadline", values.deadline, (text) => readWhole("deadline", text)),
  };
  if ((goodbye.deadline ?? Infinity) < (goodbye.spread ?? 0)) {
    throw new UsageError("--deadline must not come before the end of --spread");
  }
  const stats = values.stats === undefined ? undefined : readNumber("stats", values.stats);
  if (stats === 0) throw new UsageError("--stats takes a number of seconds above 0");
  const { host, json } = values;
  return { port, host, json, stats, consume, goodbye, options };
}

/** An option of the server, where it was given. */
function given<Name extends string, Value>(
  name: Name,
  text: string | undefined,
  read: (text: string) => Value,
): { readonly [N in Name]?: Value } {
  return text === undefined ? {} : ({ [name]: read(text) } as { [N in Name]: Value });
}

function readHeartbeat(values: EchoValues): false | { interval?: number; timeout?: number } {
  const { heartbeat, "heartbeat-timeout": timeout } = values;
  if (heartbeat === "0") return false;
  return {
    ...given("interval", heartbeat, (text) => readWhole("heartbeat", text)),
    ...given("timeout", timeout, (text) => readWhole("heartbeat-timeout", text)),
  };
}

function readRate(values: EchoValues): Pick<ServerOptions, "rateLimit"> {
  const { "rate-messages": messages, "rate-bytes": bytes, "rate-burst": burst, "rate-close": close } = values;
  if (messages === undefined && bytes === undefined) {
    if (burst !== undefined || close) {
      throw new UsageError("--rate-burst and --rate-close need --rate-messages or --rate-bytes");
    }
    return {};
  }
  return {
    rateLimit: {
      ...given("messages", messages, (text) => readNumber("rate-messages", text)),
      ...given("bytes", bytes, (text) => readSize("rate-bytes", text)),
      ...given("burst", burst, (text) => readNumber("rate-burst", text)),
      onExceeded: close ? "close" : "wait",
    },
  };
}
