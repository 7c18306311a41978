import { type PeerName, peerNames } from './peers';
import type { Goal, Measurement, Pledge } from './row';

export interface Verdict {
  /** how many times as fast (or as small) as each peer tunebook is */
  ratios: Partial<Record<PeerName, number>>;
  /** of each goal: what was reached, and whether that is enough; undefined where nothing could be compared */
  goals: { goal: Goal; reached: number | undefined; met: boolean | undefined }[];
  /** of each pledge: whether it is kept; undefined where it could not be measured */
  pledges: (boolean | undefined)[];
  /** whether all goals are met and all pledges kept; undefined where one could not be judged */
  met: boolean | undefined;
}

/** Compare what was measured with the goals. Less is better in every row. */
export function judge(
  measurement: Pick<Measurement, 'values' | 'memory'>,
  goals: readonly Goal[],
  promised: readonly Pledge[] = [],
): Verdict {
  const ratios = ratiosOf(measurement.values);
  const memory = ratiosOf(measurement.memory ?? {});
  const judged = goals.map((goal) => {
    const compared = goal.of === 'memory' ? memory : ratios;
    const found = goal.peers.map((peer) => compared[peer]).filter((ratio) => ratio !== undefined);
    const reached = found.length > 0 ? Math.min(...found) : undefined;
    return { goal, reached, met: reached === undefined ? undefined : reached >= goal.ratio };
  });
  const pledges = promised.map(({ kept }) => kept(measurement as Measurement));
  const met = [...judged.map((one) => one.met), ...pledges];
  return {
    ratios,
    goals: judged,
    pledges,
    met: met.includes(false) ? false : met.includes(undefined) ? undefined : true,
  };
}

/** To each peer. Less is better. */
function ratiosOf(values: Measurement['values']): Verdict['ratios'] {
  const ratios: Verdict['ratios'] = {};
  const { tunebook } = values;
  for (const peer of peerNames) {
    if (peer !== 'tunebook' && tunebook && values[peer]) ratios[peer] = values[peer] / tunebook;
  }
  return ratios;
}
