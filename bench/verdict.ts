import { type PeerName, peerNames } from './peers';
import type { Goal, Measurement } from './row';

export interface Verdict {
  /** how many times as fast (or as small) as each peer tunebook is */
  ratios: Partial<Record<PeerName, number>>;
  /** of each goal: what was reached, and whether that is enough; undefined where nothing could be compared */
  goals: { goal: Goal; reached: number | undefined; met: boolean | undefined }[];
  /** whether all goals are met; undefined where one could not be compared */
  met: boolean | undefined;
}

/** Compare what was measured with the goals. Less is better in every row. */
export function judge({ values }: Pick<Measurement, 'values'>, goals: readonly Goal[]): Verdict {
  const { tunebook } = values;
  const ratios: Verdict['ratios'] = {};
  for (const peer of peerNames) {
    if (peer !== 'tunebook' && tunebook && values[peer]) ratios[peer] = values[peer] / tunebook;
  }
  const judged = goals.map((goal) => {
    const found = goal.peers.map((peer) => ratios[peer]).filter((ratio) => ratio !== undefined);
    const reached = found.length > 0 ? Math.min(...found) : undefined;
    return { goal, reached, met: reached === undefined ? undefined : reached >= goal.ratio };
  });
  const met = judged.map((one) => one.met);
  return { ratios, goals: judged, met: met.includes(false) ? false : met.includes(undefined) ? undefined : true };
}
