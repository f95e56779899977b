import type { DeflateCase, Event } from "../cases/case.ts";
import { createSlices } from "../data/slices.ts";
import { compressedSlices } from "./compressed-slices.ts";
import type { Seen } from "../judge/judge.ts";
import { Opcode } from "../wire/opcode.ts";
import type { Connection } from "./connection.ts";
import type { Driver } from "./driver.ts";
import { closeAfter } from "./script-driver.ts";

/** Sections 12 and 13. Failed until the last echo is right. */
export class DeflateDriver implements Driver {
  readonly received: readonly Event[] = [];
  readonly #case: DeflateCase;
  readonly #next: () => Buffer;
  #connection: Connection | undefined;
  #compressed: ((number: number) => Buffer) | undefined;
  #awaited: Buffer = Buffer.alloc(0);
  #echoes = 0;
  #seen: Seen | undefined;

  constructor(kase: DeflateCase) {
    this.#case = kase;
    this.#next = createSlices(kase.data, kase.size);
  }

  start(connection: Connection): void {
    this.#connection = connection;
    if (!connection.deflate) return this.#end("UNIMPLEMENTED", "No permessage-deflate was agreed.");
    this.#compressed = compressedSlices(this.#case.data, this.#case.size, connection.deflate.own);
    this.#send();
    closeAfter(connection, this.#case.timeout);
  }

  onMessage(payload: Buffer, binary: boolean): void {
    if (this.#seen) return;
    // The original compares lengths and SHA-1 sums; the bytes themselves say the same.
    if (binary !== this.#case.binary || !payload.equals(this.#awaited)) {
      const kind = binary ? "binary" : "text";
      const wrong = `Echo ${this.#echoes + 1} is another message (${kind} of ${payload.length} bytes)`;
      return this.#end("FAILED", `${wrong}, not the one of ${this.#awaited.length} bytes.`);
    }
    this.#echoes++;
    if (this.#echoes < this.#case.count) this.#send();
    else this.#end("OK", "Every echo is the message that was sent.");
  }

  /** As in section 9. */
  onPong(): void {
    this.#connection?.close(1000);
  }

  seen(): Seen {
    const result = `${this.#echoes} of ${this.#case.count} echoes came.`;
    return this.#seen ?? { behavior: "FAILED", result };
  }

  #send(): void {
    this.#awaited = this.#next();
    const { binary, fragmentSize } = this.#case;
    const payload = this.#compressed!(this.#echoes);
    const opcode = binary ? Opcode.binary : Opcode.text;
    this.#connection?.sendMessage(opcode, payload, { fragmentSize, compressed: true });
  }

  #end(behavior: "OK" | "FAILED" | "UNIMPLEMENTED", result: string): void {
    this.#seen = { behavior, result };
    this.#connection?.close(1000);
  }
}
