/** The original's names: the agent in lower case, then the case. */
export function reportFile(agent: string, id: string): string {
  const clean = agent
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "_");
  return `${clean}_case_${id.replaceAll(".", "_")}.json`;
}
