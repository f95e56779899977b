import { createRandom, pick } from "./random.ts";

/** A report of three clients over some three hundred cases: deeply indented, highly repetitive ASCII. */
export function makeJson(bytes: number): Buffer {
  const random = createRandom(12_1);
  const agents = ["Lynx-Client/2.7.1", "Heron/0.9.12 (evaluation)", "Stoat websocket 14"];
  const perAgent = Math.ceil(bytes / agents.length / 205);
  const report = Object.fromEntries(
    agents.map((agent) => [
      agent,
      Object.fromEntries(Array.from({ length: perAgent }, (_, i) => entry(agent, caseId(i), random))),
    ]),
  );
  return Buffer.from(JSON.stringify(report, null, 3).padEnd(bytes, "\n").slice(0, bytes));
}

const caseId = (i: number): string =>
  `${1 + Math.floor(i / 45)}.${1 + (Math.floor(i / 9) % 5)}.${1 + (i % 9)}`;

function entry(agent: string, id: string, random: () => number): [string, object] {
  const file = `${agent.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}_case_${id.replaceAll(".", "_")}.json`;
  return [
    id,
    {
      behavior: random() < 0.93 ? "OK" : pick(random, ["FAILED", "NON-STRICT", "INFORMATIONAL"]),
      behaviorClose: random() < 0.97 ? "OK" : "FAILED",
      duration: Math.floor(random() ** 6 * 900) + 1,
      remoteCloseCode: random() < 0.7 ? 1000 : pick(random, [1002, 1007, null]),
      reportfile: file,
    },
  ];
}
