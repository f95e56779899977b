import { describe, expect, it } from "vitest";
import { STATES } from "../../src/connection/state.ts";

describe("the table of states (RFC 6455 section 7)", () => {
  it("has these rows", () => {
    expect(STATES).toEqual({
      open: {
        next: {
          "close sent": "closing",
          "close received": "closed",
          violation: "failed",
          "transport ended": "ended",
        },
        transport: { server: "keep", client: "keep" },
      },
      closing: {
        next: { "close received": "closed", violation: "failed", "transport ended": "ended" },
        transport: { server: "await", client: "await" },
      },
      closed: { next: { "transport ended": "ended" }, transport: { server: "end", client: "await" } },
      failed: { next: { "transport ended": "ended" }, transport: { server: "end", client: "end" } },
      ended: { next: {}, transport: { server: "end", client: "end" } },
    });
  });

  it("leads from every state to the end, and never back", () => {
    const order = ["open", "closing", "closed", "failed", "ended"];
    for (const [from, { next }] of Object.entries(STATES)) {
      for (const to of Object.values(next)) expect(order.indexOf(to)).toBeGreaterThan(order.indexOf(from));
      expect(from === "ended" || next["transport ended"] === "ended").toBe(true);
    }
  });
});
