import { describe, expect, it } from "vitest";
import { allCases } from "../src/cases/index.ts";
import { selectCases } from "../src/cases/select.ts";
import { readErrand } from "../src/serve/request-target.ts";

const some = selectCases(allCases, ["2.*", "9.3.1"], []);

describe("the URLs of the fuzzing server", () => {
  it.each([
    ["/getCaseCount", { kind: "count" }],
    ["/updateReports?agent=me", { kind: "update reports" }],
    ["/stopServer", { kind: "stop" }],
    ["/", { kind: "nothing" }],
    ["/runCase?case=1&agent=me%20too", { kind: "run", agent: "me too", case: { id: "2.1" } }],
    ["/runCase?casetuple=9.3.1&agent=me", { kind: "run", agent: "me", case: { id: "9.3.1" } }],
    ["/runCase?case=12", { kind: "run", agent: "unknown", case: { id: "9.3.1" } }],
    ["/getCaseInfo?case=2", { kind: "info", case: { id: "2.2" } }],
    ["/getCaseStatus?case=2&agent=me", { kind: "status", agent: "me", case: { id: "2.2" } }],
  ])("%s", (target, errand) => {
    expect(readErrand(target, some)).toMatchObject(errand);
  });

  it.each([
    "/runCase",
    "/runCase?case=0",
    "/runCase?case=13",
    "/getCaseInfo?case=x",
    "/runCase?casetuple=1.1.1",
  ])("names no case that is served: %s", (target) => {
    expect(() => readErrand(target, some)).toThrow("there is no case");
  });
});
