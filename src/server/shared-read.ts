import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { Duplex } from "node:stream";
import process from "node:process";
import tls from "node:tls";
import { readMemories } from "./simd-mask.ts";

/*
 * One piece of memory that all TCP and unix sockets are read into, where Node would allocate 64 KiB for each read and
 * collect them as garbage: a third of the cost of a short message, and half of that of a long one.
 *
 * Node does this for sockets that it is asked to make that way (`onread` of net.Socket), and a server's are none of those.
 * So an accepted socket gets what its constructor would have given it. Where the constructor puts that is found out from a
 * socket that is made for it; on versions of Node that were not tested, and wherever anything is not as expected, sockets
 * are read in the ordinary way.
 *
 * 64 KiB are read at a time, and up to 256 of a frame that is known to be long. What is behind that frame, and may have to be
 * copied for a consumer that is busy, is no more than 64 KiB then.
 *
 * Not for TLS: there Node allocates no more than a record has, and goes on with the next record though it was told to
 * pause. Not on Windows, where the system may fill the memory at any time between reads.
 */

const TESTED = { from: 20, to: 26 };
/** What is read into as a rule: so many octets, and steps by which that is more. */
const usual = readMemories[0]!;

/**
 * Gets what was read: the first `size` octets of `memory`, which are written anew after the call. Where it returns false
 * nothing more is read until the transport is resumed.
 */
type Receive = (this: Duplex, size: number, memory: Uint8Array) => boolean;
interface Handle {
  useUserBuffer?: (memory: Uint8Array) => void;
  /** Whether it is being read. */
  reading?: boolean;
}
/** Where net.Socket keeps what it is to read into, who says what that is next, and whom it tells. */
type Places = Readonly<Record<"memory" | "next" | "callback", symbol>>;
const HANDLE = "_handle";
type Inside = Socket & { [HANDLE]?: Handle | null; [place: symbol]: unknown };

let places: Places | undefined | "unknown" = "unknown";

function findPlaces(): Places | undefined {
  const major = Number(process.versions.node.split(".")[0]);
  if (process.platform === "win32" || major < TESTED.from || major > TESTED.to) return undefined;
  const memory = new Uint8Array(1);
  const callback = (): boolean => true;
  const placeOf = (value: unknown, buffer: OnReadOpts["buffer"]): symbol | undefined => {
    const options: SocketConstructorOpts & { onread: OnReadOpts } = { onread: { buffer, callback } };
    const probe = new Socket(options) as Inside;
    probe.destroy();
    return Object.getOwnPropertySymbols(probe).find((place) => probe[place] === value);
  };
  const [at, next, to] = [placeOf(memory, memory), placeOf(giveNext, giveNext), placeOf(callback, memory)];
  return at && next && to && { memory: at, next, callback: to };
}

/** What the socket that was just read is read into from now on; undefined where that stays. */
let nextMemory: Uint8Array | undefined;
const giveNext = (): Uint8Array => nextMemory!;

/** After each read into `memory`: of what comes next `awaited` octets have a place to go. */
export function readNext(memory: Uint8Array, awaited: number): void {
  const steps = Math.min(Math.floor(awaited / usual.length), readMemories.length - 1);
  const view = readMemories[Math.max(0, steps)];
  nextMemory = view === memory ? undefined : view;
}

/**
 * From now on `transport` is read into shared memory, and `receive` is called for what comes; `data` is not emitted any
 * more. False where that cannot be, and then nothing has changed.
 */
export function readShared(transport: Duplex, receive: Receive): boolean {
  if (!(transport instanceof Socket) || transport instanceof tls.TLSSocket) return false;
  if (places === "unknown") places = findPlaces();
  const socket = transport as Inside;
  const handle = socket[HANDLE];
  if (places === undefined || typeof handle?.useUserBuffer !== "function") return false;
  // What was read already would be lost.
  if (socket.readableLength > 0) return false;
  if (socket[places.next] === giveNext) return true;
  if (socket[places.memory] !== null) return false;
  socket[places.memory] = usual;
  socket[places.next] = giveNext;
  socket[places.callback] = receive;
  handle.useUserBuffer(usual);
  // A server's sockets are read from the beginning on, others when somebody asks for it.
  if (handle.reading !== true) transport.resume();
  return true;
}
