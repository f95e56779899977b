import { describe, expect, it } from "vitest";
import { allCases } from "../src/cases/index.ts";
import { quick, selectCases } from "../src/cases/select.ts";

const chosen = (wanted: string[], unwanted: string[] = []): string[] =>
  selectCases(allCases, wanted, unwanted).map(({ id }) => id);

describe("choosing cases", () => {
  it("takes numbers and stars, in the original's order", () => {
    expect(chosen(["*"]).length).toBe(517);
    expect(chosen(["2.*"]).length).toBe(11);
    expect(chosen(["9.3.2", "1.1.1", "7.13.*"])).toEqual(["1.1.1", "7.13.1", "7.13.2", "9.3.2"]);
    expect(chosen(["2.1"])).toEqual(["2.1"]);
  });

  it("takes out what is excluded", () => {
    expect(chosen(["7.*"], ["7.1.*", "7.7.*", "7.9.*", "7.3.*"])).toEqual(["7.5.1", "7.13.1", "7.13.2"]);
  });

  it.each([
    [["1.x"], [], '"1.x" is no case pattern'],
    [["*.1"], [], '"*.1" is no case pattern'],
    [["8.*"], [], 'no case matches "8.*"'],
    [["1.*"], ["11.*"], 'no case matches "11.*"'],
    [["1.*"], ["*"], "no case is left"],
    [[], [], "no case is left"],
  ])("refuses %j without %j", (wanted, unwanted, message) => {
    expect(() => chosen(wanted, unwanted)).toThrow(message);
  });

  it("makes the long cases short when it has to be quick, and only those", () => {
    const changed = allCases.filter((kase) => quick(kase) !== kase);
    expect(changed.length).toBe(216);
    expect(quick(changed[0]!)).toMatchObject({
      count: 50,
      title: expect.stringContaining("50 compressed messages"),
    });
  });
});
