import type { InboundEvent, InboundOptions } from "../../src/connection/inbound-event.ts";
import { Inbound } from "../../src/connection/inbound.ts";
import { plainPlatform } from "../../src/connection/platform.ts";

export const optionsOf = (options: Partial<InboundOptions> = {}): InboundOptions => ({
  fromClient: false,
  delivery: "messages",
  maxPayload: 1024 * 1024,
  maxFragments: 1000,
  tolerateLongLengths: false,
  codec: undefined,
  platform: plainPlatform,
  ...options,
});

/** An inbound with an account of what it allocates. */
export function inbound(options: Partial<InboundOptions> = {}): { inbound: Inbound; allocated: number[] } {
  const allocated: number[] = [];
  const platform = {
    ...plainPlatform,
    allocate: (size: number): Uint8Array => {
      allocated.push(size);
      return new Uint8Array(size);
    },
  };
  return { allocated, inbound: new Inbound(optionsOf({ platform, ...options })) };
}

export function read(machine: Inbound, ...chunks: readonly Uint8Array[]): InboundEvent[] {
  const events: InboundEvent[] = [];
  for (const chunk of chunks) {
    machine.receive(chunk);
    for (let event = machine.next(); event !== undefined; event = machine.next()) {
      events.push(event);
      if (event.type === "violation") return events;
    }
  }
  return events;
}
