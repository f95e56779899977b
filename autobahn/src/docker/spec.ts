import spec from "../../spec.json" with { type: "json" };

/** The original's image, by an exact version: a verdict that changes must not come from there. */
export const image = "crossbario/autobahn-testsuite:25.10.1";

/** The committed spec (all cases, nothing excluded) for the server that is there now. */
export const specFor = (url: string, agent: string): string =>
  JSON.stringify({ ...spec, servers: [{ agent, url }] }, null, 2);
