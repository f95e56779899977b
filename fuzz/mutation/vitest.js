import { format } from "node:util";
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  getState,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";

/*
 * What tests take from "vitest", for the tests of pure rooms: they are collected into a list, which whoever runs them
 * goes through. Expectations are vitest's own.
 */

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
expect.getState = () => getState(expect);
globalThis[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0 }, expect);

/** The module "vitest", and the tests that it collects: each has an id and a function. */
export function collector() {
  const tests = [];
  let path = [];
  const describe = (name, body) => {
    path.push(name);
    body();
    path = path.slice(0, -1);
  };
  const it = (name, body) => {
    const fullName = [...path, name].join(" > ");
    // Rows of a table may have the same name.
    const same = tests.filter((test) => test.name === fullName).length;
    const run = () => {
      setState({ currentTestName: fullName }, expect);
      return body();
    };
    tests.push({ id: same === 0 ? fullName : `${fullName} #${same}`, name: fullName, run });
  };
  const each = (register) => (rows) => (name, body) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row];
      const places = name.match(/%[sidfoOj]/g)?.length ?? 0;
      register(format(name, ...values.slice(0, places)), () => body(...values));
    }
  };
  describe.each = each(describe);
  it.each = each(it);
  return { module: { describe, it, expect }, tests };
}
