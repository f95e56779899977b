import type { Socket } from "node:net";
import { TextDecoder } from "node:util";
import { DeflateRaw, InflateRaw, constants } from "minizlib";

export type Fault =
  | "none"
  | "no UTF-8 check"
  | "pongs out of order"
  | "reserved bits ignored"
  | "reserved opcodes skipped"
  | "fragments mixed up"
  | "wrong close codes"
  | "close not answered"
  | "context kept"
  | "last byte dropped"
  | "no compression";

class Refusal extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`refused with ${code}`);
    this.code = code;
  }
}

const empty = Buffer.alloc(0);
const allowed = (code: number): boolean =>
  [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011].includes(code) || (code >= 3000 && code < 5000);

interface Started {
  readonly opcode: number;
  readonly compressed: boolean;
  readonly parts: Buffer[];
  readonly decoder: TextDecoder;
}

/** One connection, from the opening handshake on. */
export class FaultyConnection {
  readonly #socket: Socket;
  readonly #fault: Fault;
  readonly #deflate: DeflateRaw | undefined;
  readonly #inflate: InflateRaw | undefined;
  readonly #reset: boolean;
  #buffer: Buffer = empty;
  #pending: Buffer[] = [];
  /** Of a large frame: no need to look before it is whole. */
  #missing = 0;
  #message: Started | undefined;
  #checked = 0;
  #pings: Buffer[] = [];
  #over = false;

  constructor(socket: Socket, agreed: string | undefined, fault: Fault) {
    this.#socket = socket;
    this.#fault = fault;
    this.#reset = agreed?.includes("server_no_context_takeover") === true && fault !== "context kept";
    if (agreed === undefined) return;
    const windowBits = Number(/server_max_window_bits=(\d+)/.exec(agreed)?.[1] ?? 15);
    const options: object = { flush: constants.Z_SYNC_FLUSH, windowBits };
    this.#deflate = new DeflateRaw(options);
    this.#inflate = new InflateRaw({ flush: constants.Z_SYNC_FLUSH });
    socket.on("close", () => {
      this.#deflate?.close();
      this.#inflate?.close();
    });
  }

  receive(chunk: Buffer): void {
    if (this.#over) return;
    this.#pending.push(chunk);
    this.#missing -= chunk.length;
    if (this.#missing > 0) return;
    this.#buffer = Buffer.concat([this.#buffer, ...this.#pending]);
    this.#pending = [];
    try {
      while (!this.#over && this.#frame()) {
        /* as many as there are */
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#finish(Buffer.from([3, this.#fault === "wrong close codes" ? 240 : error.code & 255]));
    }
  }

  /** Reads one frame; false when there is no whole one. */
  #frame(): boolean {
    const data = this.#buffer;
    if (data.length < 2) return false;
    const short = data[1]! & 127;
    const at = short < 126 ? 2 : short === 126 ? 4 : 10;
    const [fin, opcode] = [data[0]! > 127, data[0]! & 15];
    let rsv = (data[0]! >> 4) & 7;
    if (this.#fault === "reserved bits ignored" && !this.#deflate) rsv = 0;
    this.#law(fin, rsv, opcode, short);
    if (data.length < at + 4) return false;
    const length =
      short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
    const have = Math.min(length, data.length - at - 4);
    this.#missing = length > 4096 ? length - have : 0;
    if (this.#missing > 0) return false;
    const payload = Buffer.from(data.subarray(at + 4, at + 4 + have));
    for (let i = 0; i < have; i++) payload[i]! ^= data[at + (i & 3)]!;
    if (opcode < 3) this.#checkText(fin && have === length, rsv, opcode, payload);
    if (have < length) return false;
    this.#checked = 0;
    this.#buffer = data.subarray(at + 4 + length);
    this.#act(fin, opcode, payload);
    return true;
  }

  #law(fin: boolean, rsv: number, opcode: number, short: number): void {
    const skipped = this.#fault === "reserved opcodes skipped";
    if (rsv !== 0 && !(this.#deflate && rsv === 4 && (opcode === 1 || opcode === 2))) throw new Refusal(1002);
    if (!skipped && ((opcode > 2 && opcode < 8) || opcode > 10)) throw new Refusal(1002);
    if (opcode > 7 && (!fin || short > 125)) throw new Refusal(1002);
    if (opcode === 0 && !this.#message) throw new Refusal(1002);
    if ((opcode === 1 || opcode === 2) && this.#message && this.#checked === 0) throw new Refusal(1002);
  }

  /** As the bytes come, inside unfinished frames too. */
  #checkText(last: boolean, rsv: number, opcode: number, payload: Buffer): void {
    if (opcode !== 0 && this.#checked === 0) {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      this.#message = { opcode, compressed: rsv === 4, parts: [], decoder };
    }
    const fresh = payload.subarray(Math.max(0, this.#checked - 1));
    this.#checked = payload.length + 1;
    const { opcode: type, compressed, decoder } = this.#message!;
    if (type !== 1 || compressed || this.#fault === "no UTF-8 check") return;
    try {
      decoder.decode(fresh, { stream: !last });
    } catch {
      throw new Refusal(1007);
    }
  }

  #act(fin: boolean, opcode: number, payload: Buffer): void {
    if (opcode < 3) this.#data(fin, payload);
    else if (opcode === 9) this.#pong(payload);
    else if (opcode === 8) this.#close(payload);
  }

  #data(fin: boolean, payload: Buffer): void {
    const message = this.#message!;
    message.parts.push(payload);
    if (!fin) return;
    this.#message = undefined;
    const parts = this.#fault === "fragments mixed up" ? message.parts.toReversed() : message.parts;
    let whole: Buffer = Buffer.concat(parts);
    if (message.compressed) whole = this.#inflated(whole);
    if (this.#fault === "last byte dropped") whole = whole.subarray(0, -1);
    if (this.#deflate && whole.length > 0) this.#send(0xc0 | message.opcode, this.#deflated(whole));
    else this.#send(0x80 | message.opcode, whole);
  }

  #inflated(whole: Buffer): Buffer {
    try {
      return run(this.#inflate!, Buffer.concat([whole, Buffer.from("0000ffff", "hex")]));
    } catch {
      throw new Refusal(1007);
    }
  }

  #deflated(whole: Buffer): Buffer {
    const out = run(this.#deflate!, whole);
    if (this.#reset) this.#deflate!.reset();
    return out.subarray(0, -4);
  }

  /** Out of order from the second on: the third before the second, and so on. */
  #pong(payload: Buffer): void {
    this.#pings.push(payload);
    const count = this.#pings.length;
    if (this.#fault !== "pongs out of order" || count === 1) return this.#send(0x8a, payload);
    if (count % 2 === 0) return;
    this.#send(0x8a, payload);
    this.#send(0x8a, this.#pings[count - 2]!);
  }

  #close(payload: Buffer): void {
    if (payload.length === 1) throw new Refusal(1002);
    if (payload.length > 1 && !allowed(payload.readUInt16BE())) throw new Refusal(1002);
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(payload.subarray(2));
    } catch {
      throw new Refusal(1007);
    }
    if (this.#fault !== "close not answered") this.#finish(payload.subarray(0, 2));
  }

  #finish(payload: Buffer): void {
    this.#over = true;
    this.#send(0x88, payload);
    this.#socket.end();
  }

  #send(first: number, payload: Buffer): void {
    const { length } = payload;
    const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    head[0] = first;
    head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
    if (head.length === 4) head.writeUInt16BE(length, 2);
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
    this.#socket.write(Buffer.concat([head, payload]));
  }
}

function run(stream: DeflateRaw | InflateRaw, bytes: Buffer): Buffer {
  stream.write(bytes);
  const parts: Buffer[] = [];
  for (let part = stream.read(); part !== null; part = stream.read()) parts.push(part);
  return Buffer.concat(parts);
}
