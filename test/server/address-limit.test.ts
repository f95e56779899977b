import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { AddressLimit, holderOf } from "../../src/server/address-limit.ts";

describe("who holds an address", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("of %s: %s", (address, holder) => {
    expect(holderOf(address)).toBe(holder);
  });
});

describe("the limit of an address", () => {
  it("holds for each holder alone, and counts a transport once", () => {
    const limit = new AddressLimit(2);
    const [a, b, c] = [new PassThrough(), new PassThrough(), new PassThrough()];
    expect([a, a, b, c].map((transport) => limit.admits(transport, "2001:db8::1"))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(limit.admits(c, "2001:db8::ffff")).toBe(false);
    expect(limit.admits(c, "2001:db8:0:1::1")).toBe(true);
  });

  it("forgets transports that are closed or released, without a trace", async () => {
    const limit = new AddressLimit(1);
    const [a, b, c] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const listeners = a.listenerCount("close");
    expect(limit.admits(a, "192.0.2.1")).toBe(true);
    limit.release(a);
    limit.release(a);
    expect(a.listenerCount("close")).toBe(listeners);
    expect(limit.admits(b, "192.0.2.1")).toBe(true);
    expect(limit.admits(c, "192.0.2.1")).toBe(false);
    await new Promise((resolve) => b.once("close", resolve).destroy());
    expect(limit.admits(c, "192.0.2.1")).toBe(true);
  });

  it("is none for a transport without an address", () => {
    const limit = new AddressLimit(0);
    expect(limit.admits(new PassThrough(), undefined)).toBe(true);
    expect(limit.admits(new PassThrough(), "192.0.2.1")).toBe(false);
  });
});
