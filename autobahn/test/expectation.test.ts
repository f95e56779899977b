import { describe, expect, it } from "vitest";
import { differences, parseExpectation } from "../src/report/expectation.ts";

const one = { behavior: "OK", behaviorClose: "OK" };
const late = { behavior: "NON-STRICT", behaviorClose: "OK" };
const entry = (verdict: typeof one) => ({ ...verdict, duration: 1, remoteCloseCode: 1000, reportfile: "" });

describe("an expectation", () => {
  it("is a map of cases, or an index.json of one agent", () => {
    const map = parseExpectation(JSON.stringify({ "1.1.1": one }));
    expect(parseExpectation(JSON.stringify({ agent: { "1.1.1": entry(one) } })).get("1.1.1")).toMatchObject(
      one,
    );
    expect(map.get("1.1.1")).toEqual(one);
  });

  it.each(["{}", "[]", "null", '{"a":{},"b":{}}', '{"1.1.1":{"behavior":"OK"}}', "{"])(
    "is not %s",
    (text) => {
      expect(() => parseExpectation(text)).toThrow(Error);
    },
  );

  it("is compared both ways and in both words", () => {
    const expected = parseExpectation(JSON.stringify({ "1": one, "2": one, "3": one, "4": late }));
    const actual = {
      "1": entry(one),
      "2": entry(late),
      "4": entry({ ...late, behaviorClose: "UNCLEAN" }),
      "5": entry(one),
    };
    expect(differences(expected, actual, ["1", "2", "3", "4", "5"])).toEqual([
      "2: expected OK / OK, got NON-STRICT / OK",
      "3: expected OK / OK, was not run",
      "4: expected NON-STRICT / OK, got NON-STRICT / UNCLEAN",
      "5: not in the expectation, got OK / OK",
    ]);
  });
});
