import { describe, expect, it } from "vitest";
import { HeaderList } from "../../src/handshake/headers.ts";

describe("HeaderList", () => {
  const list = new HeaderList([
    ["Host", "a"],
    ["X-A", "1"],
    ["x-a", "2"],
    ["__proto__", "p"],
    ["X-Empty", ""],
  ]);

  it("gives all values of a name, in order, in any letter case", () => {
    expect(list.all("X-a")).toEqual(["1", "2"]);
    expect(list.all("host")).toEqual(["a"]);
    expect(list.all("hosts")).toEqual([]);
  });

  it("joins several values as a list", () => {
    expect(["x-A", "HOST", "X-Empty", "none"].map((name) => list.get(name))).toEqual([
      "1, 2",
      "a",
      "",
      undefined,
    ]);
  });

  it("takes names for names and no more", () => {
    expect(list.all("__proto__")).toEqual(["p"]);
    expect(list.get("constructor")).toBeUndefined();
    expect(list.get("hasOwnProperty")).toBeUndefined();
  });

  it("is iterated as it was sent", () => {
    expect([...list].map(([name]) => name)).toEqual(["Host", "X-A", "x-a", "__proto__", "X-Empty"]);
    expect(list.size).toBe(5);
  });

  it("is made from pairs, as node:http has them", () => {
    const pairs = HeaderList.fromPairs(["Host", "a", "X", "1", "odd"]);
    expect([...pairs]).toEqual([
      ["Host", "a"],
      ["X", "1"],
    ]);
    expect(pairs.all("odd")).toEqual([]);
  });
});
