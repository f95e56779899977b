/* Medians over rounds, and ratios within a round, so that a slow drift of the machine cancels out. */

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Of `values`: the median and the least and the greatest. */
const summary = (values) => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/**
 * For each scenario and peer: its figures, and how many times as cheap it is as the base, taken within each round. Runs are
 * `{ scenario, peer, round, value, ... }`, or have an `error` instead of figures.
 */
export function summarize(runs, base) {
  const rows = [];
  for (const { scenario, peer } of runs.filter(({ round }) => round === 0)) {
    const all = runs.filter((run) => run.scenario === scenario && run.peer === peer);
    const good = all.filter((run) => run.error === undefined);
    const row = {
      scenario,
      peer,
      rounds: good.length,
      error: all.find((run) => run.error !== undefined)?.error,
    };
    rows.push(row);
    if (good.length === 0) continue;
    row.value = summary(good.map(({ value }) => value));
    if (good[0].perSecond !== undefined) row.perSecond = median(good.map(({ perSecond }) => perSecond));
    if (good[0].loadBusy !== undefined) row.loadBusy = median(good.map(({ loadBusy }) => loadBusy));
    const ratios = good.flatMap(({ round, value }) => {
      const other = runs.find((run) => run.scenario === scenario && run.peer === base && run.round === round);
      return other?.value > 0 && value > 0 ? [other.value / value] : [];
    });
    if (ratios.length > 0) row.ratio = summary(ratios);
  }
  return rows;
}
