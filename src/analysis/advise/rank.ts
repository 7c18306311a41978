import { formatShare } from '../../core/text';
import { type Interval, wilsonInterval } from '../../metrics';
import type { BackboneName } from '../../models';

/** What is known of a backbone when one must be chosen. */
export interface Candidate {
  name: BackboneName;
  title: string;
  parameters: number;
  multiplyAdds: number;
  /** of one picture's way through it on the device: measured, or estimated from the multiply-adds */
  milliseconds: number;
  /** published ImageNet accuracy */
  top1: number;
  /** accuracy of linear probes on the pictures themselves, if that was measured */
  probe?: Interval;
}

export interface RankOptions {
  /** in the dataset */
  pictures: number;
  /** from 0 to 1: what a difference in published accuracy counts */
  similarity: number;
  /** that the cheapest training may take */
  minutes: number;
  minutesOf: (candidate: Candidate) => number;
}

export interface Ranked {
  candidate: Candidate;
  /** why it stands there */
  why: string;
}

/**
 * Order backbones: first those that are as accurate as the best, as far as the pictures can tell, the fastest first; then the
 * others, the more accurate first; then those whose cheapest training takes too long.
 */
export function rank(candidates: readonly Candidate[], options: RankOptions): Ranked[] {
  const { minutes, minutesOf } = options;
  const inTime = candidates.filter((candidate) => minutesOf(candidate) <= minutes);
  const late = candidates.filter((candidate) => minutesOf(candidate) > minutes);
  const best = [...inTime].sort((a, b) => worth(b) - worth(a))[0];
  const equal = best ? inTime.filter((candidate) => tellsApart(candidate, best, options) <= 0) : [];
  const behind = inTime.filter((candidate) => !equal.includes(candidate));
  const fastest = [...equal].sort((a, b) => a.milliseconds - b.milliseconds);
  return [
    ...fastest.map((candidate, place) => ({
      candidate,
      why: equalReason(candidate, best!, { ...options, fastest: place === 0, alone: fastest.length === 1 }),
    })),
    ...[...behind]
      .sort((a, b) => worth(b) - worth(a))
      .map((candidate) => ({
        candidate,
        why: `${accuracyOf(candidate)}, less than the ${formatShare(worth(best!))} of ${best!.title} by more than ${options.pictures} pictures leave in doubt`,
      })),
    ...[...late]
      .sort((a, b) => minutesOf(a) - minutesOf(b))
      .map((candidate) => ({
        candidate,
        why: `too slow here: to compute its features once takes about ${Math.ceil(minutesOf(candidate))} minutes`,
      })),
  ];
}

const worth = ({ probe, top1 }: Candidate): number => probe?.estimate ?? top1;

const accuracyOf = ({ probe, top1 }: Candidate): string =>
  probe
    ? `a linear probe on these pictures reaches ${formatShare(probe.estimate)}`
    : `published top-1 ${formatShare(top1)}`;

/** Half the width of the 95% interval that an accuracy has on so many pictures. */
export function resolution(accuracy: number, pictures: number): number {
  const { low, high } = wilsonInterval(Math.round(accuracy * pictures), pictures);
  return (high - low) / 2;
}

/** How much farther a candidate lies behind the best than the pictures can tell; 0 or less if they cannot. */
function tellsApart(candidate: Candidate, best: Candidate, { pictures, similarity }: RankOptions): number {
  if (candidate.probe && best.probe) return best.probe.estimate - candidate.probe.high;
  return (best.top1 - candidate.top1) * similarity - resolution(best.top1, pictures);
}

function equalReason(
  candidate: Candidate,
  best: Candidate,
  { pictures, fastest, alone }: RankOptions & { fastest: boolean; alone: boolean },
): string {
  if (alone) return `${accuracyOf(candidate)}, the most accurate that there is time for`;
  const points = (100 * resolution(worth(best), pictures)).toFixed(1);
  const equal =
    candidate === best
      ? `${accuracyOf(candidate)}, the most accurate that there is time for`
      : `${accuracyOf(candidate)}: ${pictures} pictures (± ${points} points) do not tell it from the ${formatShare(worth(best))} of ${best.title}`;
  return fastest ? `${equal}, and it is the fastest of ${candidate === best ? 'those as good' : 'these'}` : equal;
}
