import type { Case } from "./case.ts";

export class BadPattern extends Error {
  override readonly name = "BadPattern";
}

/** Is it a number of the original's, with `*` for any rest: "6.4.1", "1.*", "*"? */
function matcher(pattern: string): (id: string) => boolean {
  if (!/^(\*|\d+(\.\d+)*(\.\*)?)$/.test(pattern)) {
    throw new BadPattern(`"${pattern}" is no case pattern: use numbers with * for the rest, as in 1.*,9.3.*`);
  }
  if (pattern === "*") return () => true;
  if (pattern.endsWith("*")) return (id) => id.startsWith(pattern.slice(0, -1));
  return (id) => id === pattern;
}

function matchers(patterns: readonly string[], cases: readonly Case[]): ((id: string) => boolean)[] {
  return patterns.map((pattern) => {
    const matches = matcher(pattern);
    if (!cases.some(({ id }) => matches(id))) throw new BadPattern(`no case matches "${pattern}"`);
    return matches;
  });
}

export function selectCases(
  cases: readonly Case[],
  patterns: readonly string[],
  excluded: readonly string[],
): Case[] {
  const wanted = matchers(patterns, cases);
  const unwanted = matchers(excluded, cases);
  const selected = cases.filter(
    ({ id }) => wanted.some((matches) => matches(id)) && !unwanted.some((matches) => matches(id)),
  );
  if (selected.length === 0) throw new BadPattern("no case is left after --exclude");
  return selected;
}

const quickCount = 50;

/** Sections 12 and 13 with few messages: the verdicts are nearly always the same, the time is not. */
export const quick = (kase: Case): Case =>
  kase.kind === "deflate"
    ? { ...kase, count: quickCount, title: kase.title.replace(/^\d+/, String(quickCount)) }
    : kase;
