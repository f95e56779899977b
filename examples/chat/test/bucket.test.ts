import { describe, expect, it } from "vitest";
import { Bucket } from "../server/bucket.ts";

describe("a token bucket", () => {
  it("gives a burst at once, and then its rate", () => {
    const bucket = new Bucket(2, 3, 0);
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([0, 0, 0, 500]);
    expect(bucket.take(250)).toBe(250);
    expect(bucket.take(500)).toBe(0);
    expect(bucket.take(500)).toBe(500);
  });

  it("holds no more than its burst, however long nobody takes any", () => {
    const bucket = new Bucket(2, 3, 0);
    expect([1e9, 1e9, 1e9, 1e9].map((now) => bucket.take(now))).toEqual([0, 0, 0, 500]);
  });

  it("tells when several are there, but never more than fit", () => {
    const bucket = new Bucket(2, 3, 0);
    for (let i = 0; i < 3; i++) bucket.take(0);
    expect(bucket.take(0, 2)).toBe(1000);
    expect(bucket.take(0, 9)).toBe(1500);
  });
});
