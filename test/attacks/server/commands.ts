import type { Message, SendData, ServerSocket } from "../../../src/index.ts";
import { prepare } from "../../../src/index.ts";

/* Commands come as text messages, in JSON, so that they have their place between the other octets of the client. */

export const VIEWS = [
  "Buffer",
  "Uint8Array",
  "Int8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
  "ArrayBuffer",
  "SharedArrayBuffer",
  "shared view",
] as const;

/** What may not be sent. */
export const NO_DATA: Readonly<Record<string, unknown>> = {
  "5": 5,
  "-1": -1,
  NaN: NaN,
  "1n": 1n,
  null: null,
  undefined: undefined,
  true: true,
  "a list": [1, 2],
  "an object": {},
  "an object with a length": { length: 9 },
  "a boxed number": Object(9),
  "a symbol": Symbol("x"),
  "a function": () => "x",
};

/** Ways to send a message. */
export const WAYS = ["send", "prepared", "sendStream"] as const;

export type Command =
  | { readonly do: "close"; readonly code: number }
  | { readonly do: "terminate" }
  | { readonly do: "say"; readonly text: string }
  | {
      readonly do: "send";
      readonly view: (typeof VIEWS)[number];
      readonly offset: number;
      readonly length: number;
      readonly way: (typeof WAYS)[number];
    }
  | { readonly do: "misuse"; readonly way: (typeof WAYS)[number] | "ping"; readonly data: string };

export const SIZE: number = 128 * 1024;

/** The octet at a position of the memory that views are made of. */
export const octetAt = (at: number): number => (at * 151 + (at >> 8)) & 0xff;

const memory = new ArrayBuffer(SIZE);
const shared = new SharedArrayBuffer(SIZE);
for (const each of [memory, shared]) new Uint8Array(each).forEach((_, at, all) => (all[at] = octetAt(at)));

function viewOf(name: (typeof VIEWS)[number], offset: number, length: number): SendData {
  if (name === "Buffer") return Buffer.from(memory, offset, length);
  if (name === "DataView") return new DataView(memory, offset, length);
  if (name === "ArrayBuffer") return memory.slice(offset, offset + length);
  if (name === "SharedArrayBuffer") return shared.slice(offset, offset + length);
  if (name === "shared view") return new Uint8Array(shared, offset, length);
  const type = globalThis[name];
  return new type(memory, offset, length / type.BYTES_PER_ELEMENT);
}

async function send(socket: ServerSocket, way: (typeof WAYS)[number], data: SendData): Promise<void> {
  if (way === "send") await socket.send(data);
  else if (way === "prepared") await socket.send(prepare(data));
  else {
    // A stream is made of Uint8Arrays: here of two.
    const bytes = prepare(data).bytes;
    await socket.sendStream([bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)]);
  }
}

async function misuse(socket: ServerSocket, way: string, name: string): Promise<string> {
  const data = NO_DATA[name] as SendData;
  try {
    if (way === "send") await socket.send(data);
    else if (way === "prepared") await socket.send(prepare(data));
    else if (way === "ping") socket.ping(data as Uint8Array);
    else await socket.sendStream([data as string]);
    return "sent";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Does what a message says; messages that say nothing are sent back. */
export function command(socket: ServerSocket, message: Message): void | Promise<void> {
  if (message.type === "binary") {
    if (socket.state === "open") void socket.send(message);
    return undefined;
  }
  const order = JSON.parse(message.text) as Command;
  switch (order.do) {
    case "close":
      return socket.close(order.code);
    case "terminate":
      return socket.terminate();
    case "say":
      if (socket.state === "open") void socket.send(order.text);
      return undefined;
    case "send":
      return send(socket, order.way, viewOf(order.view, order.offset, order.length));
    case "misuse":
      return misuse(socket, order.way, order.data).then((outcome) => void socket.send(outcome));
  }
}
