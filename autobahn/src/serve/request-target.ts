import type { Case } from "../cases/case.ts";

/** What a client under test asks of the fuzzing server, by its URL. */
export type Errand =
  | { readonly kind: "run"; readonly case: Case; readonly agent: string }
  | { readonly kind: "count" | "update reports" | "stop" | "nothing" }
  | { readonly kind: "info"; readonly case: Case }
  | { readonly kind: "status"; readonly case: Case; readonly agent: string };

const kinds: Readonly<Record<string, "count" | "update reports" | "stop">> = {
  "/getCaseCount": "count",
  "/updateReports": "update reports",
  "/stopServer": "stop",
};

/** Throws when the URL names a case that there is not. `case=N` counts from 1 in the cases that are served. */
export function readErrand(target: string, cases: readonly Case[]): Errand {
  const { pathname, searchParams } = new URL(target, "ws://fuzzer");
  const simple = kinds[pathname];
  if (simple) return { kind: simple };
  const agent = searchParams.get("agent") ?? "unknown";
  const find = (): Case => findCase(searchParams, cases);
  if (pathname === "/runCase") return { kind: "run", case: find(), agent };
  if (pathname === "/getCaseInfo") return { kind: "info", case: find() };
  if (pathname === "/getCaseStatus") return { kind: "status", case: find(), agent };
  return { kind: "nothing" };
}

function findCase(params: URLSearchParams, cases: readonly Case[]): Case {
  const [tuple, number] = [params.get("casetuple"), params.get("case")];
  const found = tuple === null ? cases[Number(number) - 1] : cases.find(({ id }) => id === tuple);
  if (!found) throw new Error(`there is no case ${tuple ?? number ?? "without a number"}`);
  return found;
}
