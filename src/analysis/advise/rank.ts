import { formatShare } from '../../core/text';
import { type Interval, wilsonInterval } from '../../metrics';
import type { BackboneName } from '../../models';

/** A backbone that may be recommended: its cost and accuracy. */
export interface Candidate {
  /** in the registry */
  name: BackboneName;
  /** for people, such as 'EfficientNet-Lite0' */
  title: string;
  /** number of parameters, without the classifier */
  parameters: number;
  /** of one forward pass of one picture */
  multiplyAdds: number;
  /** of one forward pass of one picture on the device: measured, or estimated from the multiply-adds */
  milliseconds: number;
  /** published top-1 accuracy on ImageNet, from 0 to 1 */
  top1: number;
  /** accuracy of linear probes on the dataset, if that was measured */
  probe?: Interval;
}

export interface RankOptions {
  /** in the dataset */
  pictures: number;
  /** weight of differences in published accuracy, from 0 to 1 */
  similarity: number;
  /** the most minutes that the cheapest training may take */
  minutes: number;
  /** minutes of the cheapest training */
  minutesOf: (candidate: Candidate) => number;
}

export interface Ranked {
  candidate: Candidate;
  /** why it has this rank */
  why: string;
}

/**
 * Rank backbones: first those whose accuracy this number of pictures cannot distinguish from the best, the fastest first; then
 * the others, the most accurate first; then those whose cheapest training takes too long.
 */
export function rank(candidates: readonly Candidate[], options: RankOptions): Ranked[] {
  const { minutes, minutesOf } = options;
  const inTime = candidates.filter((candidate) => minutesOf(candidate) <= minutes);
  const late = candidates.filter((candidate) => minutesOf(candidate) > minutes);
  const best = [...inTime].sort((a, b) => accuracyOf(b) - accuracyOf(a))[0];
  const equal = best ? inTime.filter((candidate) => distinguishable(candidate, best, options) <= 0) : [];
  const behind = inTime.filter((candidate) => !equal.includes(candidate));
  const fastest = [...equal].sort((a, b) => a.milliseconds - b.milliseconds);
  return [
    ...fastest.map((candidate, place) => ({
      candidate,
      why: equalReason(candidate, best!, { ...options, fastest: place === 0, alone: fastest.length === 1 }),
    })),
    ...[...behind]
      .sort((a, b) => accuracyOf(b) - accuracyOf(a))
      .map((candidate) => ({
        candidate,
        why: `${describe(candidate)}, less than the ${formatShare(accuracyOf(best!))} of ${best!.title} by more than the uncertainty of ${options.pictures} pictures`,
      })),
    ...[...late]
      .sort((a, b) => minutesOf(a) - minutesOf(b))
      .map((candidate) => ({
        candidate,
        why: `too slow on this device: computing its features once takes about ${Math.ceil(minutesOf(candidate))} minutes`,
      })),
  ];
}

const accuracyOf = ({ probe, top1 }: Candidate): number => probe?.estimate ?? top1;

const describe = ({ probe, top1 }: Candidate): string =>
  probe
    ? `a linear probe on these pictures reaches ${formatShare(probe.estimate)}`
    : `published top-1 ${formatShare(top1)}`;

/** Half the width of the 95% interval of an accuracy that was measured on so many pictures. */
export function resolution(accuracy: number, pictures: number): number {
  const { low, high } = wilsonInterval(Math.round(accuracy * pictures), pictures);
  return (high - low) / 2;
}

/** The difference in accuracy to the best, beyond what this number of pictures can distinguish; 0 or less if it cannot. */
function distinguishable(candidate: Candidate, best: Candidate, { pictures, similarity }: RankOptions): number {
  if (candidate.probe && best.probe) return best.probe.estimate - candidate.probe.high;
  return (best.top1 - candidate.top1) * similarity - resolution(best.top1, pictures);
}

function equalReason(
  candidate: Candidate,
  best: Candidate,
  { pictures, fastest, alone }: RankOptions & { fastest: boolean; alone: boolean },
): string {
  if (alone) return `${describe(candidate)}, the most accurate within the time allowed`;
  const points = (100 * resolution(accuracyOf(best), pictures)).toFixed(1);
  const equal =
    candidate === best
      ? `${describe(candidate)}, the most accurate within the time allowed`
      : `${describe(candidate)}, which ${pictures} pictures (± ${points} points) cannot distinguish from the ${formatShare(accuracyOf(best))} of ${best.title}`;
  return fastest ? `${equal}, and it is the fastest of ${candidate === best ? 'those as good' : 'these'}` : equal;
}
