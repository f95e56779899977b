import { type EchoCase, type Event, repeated } from "../cases/case.ts";
import type { Seen } from "../judge/judge.ts";
import { Opcode } from "../wire/opcode.ts";
import type { Connection } from "./connection.ts";
import type { Driver } from "./driver.ts";
import { closeAfter } from "./script-driver.ts";

/** Section 9. Failed until the last echo is right. */
export class EchoDriver implements Driver {
  readonly received: readonly Event[] = [];
  readonly #case: EchoCase;
  readonly #payload: Buffer;
  #connection: Connection | undefined;
  #echoes = 0;
  #seen: Seen | undefined;

  constructor(kase: EchoCase) {
    this.#case = kase;
    this.#payload = repeated(kase.pattern, kase.length);
  }

  start(connection: Connection): void {
    this.#connection = connection;
    this.#send();
    closeAfter(connection, this.#case.timeout);
  }

  onMessage(payload: Buffer, binary: boolean): void {
    if (this.#seen) return;
    if (binary !== this.#case.binary || payload.length !== this.#case.length) {
      const kind = binary ? "binary" : "text";
      return this.#end("FAILED", `Echo ${this.#echoes + 1} is ${kind} of ${payload.length} bytes.`);
    }
    this.#echoes++;
    if (this.#echoes < this.#case.count) this.#send();
    else this.#end("OK", "Every echo has the right type and length.");
  }

  /** The original's quirk: nothing is expected here, so that a pong "matches" and ends the case unfinished. */
  onPong(): void {
    this.#connection?.close(1000);
  }

  seen(): Seen {
    const result = `${this.#echoes} of ${this.#case.count} echoes came.`;
    return this.#seen ?? { behavior: "FAILED", result };
  }

  #send(): void {
    const { binary, fragmentSize, bytesPerWrite } = this.#case;
    const opcode = binary ? Opcode.binary : Opcode.text;
    this.#connection?.sendMessage(opcode, this.#payload, { fragmentSize, bytesPerWrite });
  }

  #end(behavior: "OK" | "FAILED", result: string): void {
    this.#seen = { behavior, result };
    this.#connection?.close(1000);
  }
}
