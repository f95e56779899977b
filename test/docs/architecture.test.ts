import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { STATES } from "../../src/connection/state.ts";

/** The table as a Mermaid state diagram, for the docs. */
function stateDiagram(): string {
  const arrows = Object.entries(STATES).flatMap(([from, { next }]) =>
    Object.entries(next).map(([trigger, to]) => `  ${from} --> ${to}: ${trigger}`),
  );
  return ["stateDiagram-v2", "  [*] --> open", ...arrows, "  ended --> [*]"].join("\n");
}

it("the picture of the closing handshake is drawn from the table of states", () => {
  const page = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");
  const drawn = /<!-- states -->\s*```mermaid\n([\s\S]*?)\n```\s*<!-- \/states -->/.exec(page)?.[1];
  expect(drawn).toBe(stateDiagram());
});
