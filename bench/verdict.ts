import { type PeerName, peerNames } from './peers';
import type { Goal, Measurement, Requirement } from './row';

export interface Verdict {
  /** how many times as fast (or as small) as each framework tunebook is */
  ratios: Partial<Record<PeerName, number>>;
  /** for each goal: the ratio reached, and whether it is enough; undefined if nothing could be compared */
  goals: { goal: Goal; reached: number | undefined; met: boolean | undefined }[];
  /** for each requirement: whether it is met; undefined if it could not be measured */
  requirements: (boolean | undefined)[];
  /** whether all goals and requirements are met; undefined if one could not be judged */
  met: boolean | undefined;
}

/** Compare the measurements with the goals. Less is better in every row. */
export function judge(
  measurement: Pick<Measurement, 'values' | 'memory'>,
  goals: readonly Goal[],
  required: readonly Requirement[] = [],
): Verdict {
  const ratios = ratiosOf(measurement.values);
  const memory = ratiosOf(measurement.memory ?? {});
  const judged = goals.map((goal) => {
    const compared = goal.of === 'memory' ? memory : ratios;
    const found = goal.peers.map((peer) => compared[peer]).filter((ratio) => ratio !== undefined);
    const reached = found.length > 0 ? Math.min(...found) : undefined;
    return { goal, reached, met: reached === undefined ? undefined : reached >= goal.ratio };
  });
  const requirements = required.map(({ isMet }) => isMet(measurement as Measurement));
  const met = [...judged.map((one) => one.met), ...requirements];
  return {
    ratios,
    goals: judged,
    requirements,
    met: met.includes(false) ? false : met.includes(undefined) ? undefined : true,
  };
}

/** The ratio to each framework. Less is better. */
function ratiosOf(values: Measurement['values']): Verdict['ratios'] {
  const ratios: Verdict['ratios'] = {};
  const { tunebook } = values;
  for (const peer of peerNames) {
    if (peer !== 'tunebook' && tunebook && values[peer]) ratios[peer] = values[peer] / tunebook;
  }
  return ratios;
}
