import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { stateDiagram } from "../../src/connection/state.ts";

it("the picture of the closing handshake is drawn from the table of states", () => {
  const page = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");
  const drawn = /<!-- states -->\s*```mermaid\n([\s\S]*?)\n```\s*<!-- \/states -->/.exec(page)?.[1];
  expect(drawn).toBe(stateDiagram());
});
