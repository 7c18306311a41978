import { formatShare } from '../../core/text';
import { type Interval, wilsonInterval } from '../../metrics';
import { byMeasure, formatMeasure, type Monitor, measures } from '../../metrics/measures';
import type { BackboneData, BackboneName } from '../../models';

/** A backbone that may be recommended: its cost and accuracy. */
export interface Candidate {
  /** name of its architecture in the registry */
  name: BackboneName;
  /** for people, such as 'EfficientNet-Lite0' */
  title: string;
  /** number of parameters, without the classifier */
  parameters: number;
  /** of one forward pass of one picture */
  multiplyAdds: number;
  /** of one forward pass of one picture on the device: measured, or estimated from the multiply-adds */
  milliseconds: number;
  /** what it is for `train`: a name, or an architecture with weights of your own */
  backbone: BackboneName | BackboneData;
  /** published top-1 accuracy on ImageNet, from 0 to 1; null for weights of your own */
  top1: number | null;
  /** accuracy of linear probes on the dataset, if that was measured */
  probe?: Interval;
  /** what the comparison went by, and that measure of the linear probes, if that was measured */
  monitor?: Monitor;
  /** see `monitor` */
  score?: Interval;
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
 * Rank backbones: first those whose accuracy (or what else the comparison went by) this number of pictures cannot distinguish from the
 * best, the fastest first; then the others, the best first; then those whose cheapest training takes too long.
 */
export function rank(candidates: readonly Candidate[], options: RankOptions): Ranked[] {
  const { minutes, minutesOf } = options;
  // published accuracies can be compared with those of probes, but not with another measure
  const monitor = candidates.every(({ score }) => score) ? (candidates[0]?.monitor ?? 'accuracy') : 'accuracy';
  const order = (a: Candidate, b: Candidate) => byMeasure(monitor, scoreOf(a, monitor), scoreOf(b, monitor));
  const inTime = candidates.filter((candidate) => minutesOf(candidate) <= minutes);
  const late = candidates.filter((candidate) => minutesOf(candidate) > minutes);
  const best = [...inTime].sort(order)[0];
  const equal = best ? inTime.filter((candidate) => distinguishable(candidate, best, monitor, options) <= 0) : [];
  const behind = inTime.filter((candidate) => !equal.includes(candidate));
  const fastest = [...equal].sort((a, b) => a.milliseconds - b.milliseconds);
  return [
    ...fastest.map((candidate, place) => ({
      candidate,
      why: equalReason(candidate, best!, { ...options, monitor, fastest: place === 0, alone: fastest.length === 1 }),
    })),
    ...[...behind].sort(order).map((candidate) => ({
      candidate,
      why: `${describe(candidate, monitor)}, ${measures[monitor].lowerIsBetter ? 'more' : 'less'} than the ${formatMeasure(monitor, scoreOf(best!, monitor))} of ${best!.title} by more than the uncertainty of ${options.pictures} pictures`,
    })),
    ...[...late]
      .sort((a, b) => minutesOf(a) - minutesOf(b))
      .map((candidate) => ({
        candidate,
        why: `too slow on this device: computing its features once takes about ${Math.ceil(minutesOf(candidate))} minutes`,
      })),
  ];
}

const scoreOf = ({ probe, score, top1 }: Candidate, monitor: Monitor): number =>
  monitor === 'accuracy' ? (probe?.estimate ?? top1 ?? 0) : score!.estimate;

function describe({ probe, score, top1 }: Candidate, monitor: Monitor): string {
  if (!probe) return `published top-1 ${formatShare(top1 ?? 0)}`;
  if (monitor === 'accuracy') return `linear probe ${formatShare(probe.estimate)}`;
  return `linear probe: ${measures[monitor].title} ${formatMeasure(monitor, score!.estimate)}`;
}

const halfWidth = ({ low, high }: Interval) => (high - low) / 2;

/** Half the width of the 95% interval of an accuracy that was measured on so many pictures. */
export function resolution(accuracy: number, pictures: number): number {
  const { low, high } = wilsonInterval(Math.round(accuracy * pictures), pictures);
  return (high - low) / 2;
}

/** The difference to the best, beyond what this number of pictures can distinguish; 0 or less if it cannot. */
function distinguishable(
  candidate: Candidate,
  best: Candidate,
  monitor: Monitor,
  { pictures, similarity }: RankOptions,
): number {
  if (monitor !== 'accuracy') {
    const { low, high } = candidate.score!;
    return measures[monitor].lowerIsBetter ? low - best.score!.estimate : best.score!.estimate - high;
  }
  if (candidate.probe && best.probe) return best.probe.estimate - candidate.probe.high;
  // only what was measured has weights of its own: compared with what was not, it counts by its probe
  const [first, other] = [best, candidate].map((each) => each.top1 ?? each.probe?.estimate ?? 0) as [number, number];
  return (first - other) * similarity - resolution(first, pictures);
}

function equalReason(
  candidate: Candidate,
  best: Candidate,
  { pictures, monitor, fastest, alone }: RankOptions & { monitor: Monitor; fastest: boolean; alone: boolean },
): string {
  const first = `${describe(candidate, monitor)}, the ${measures[monitor].best} within the time allowed`;
  if (alone) return first;
  const measured = monitor === 'accuracy' ? best.probe : best.score;
  const width = measured ? halfWidth(measured) : resolution(best.top1 ?? 0, pictures);
  const within = measures[monitor].percent ? `${(100 * width).toFixed(1)} points` : width.toFixed(3);
  const equal =
    candidate === best
      ? first
      : `${describe(candidate, monitor)}, as good as the ${formatMeasure(monitor, scoreOf(best, monitor))} ± ${within} of ${best.title}`;
  return fastest ? `${equal}, and the fastest of ${candidate === best ? 'those as good' : 'these'}` : equal;
}
