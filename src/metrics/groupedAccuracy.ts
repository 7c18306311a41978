import { UserError } from '../core/errors';
import { type Interval, proportionInterval } from './interval';
import { checkConfidence, normalQuantile } from './normal';
import { twoSidedT } from './studentT';

/** An accuracy whose interval takes into account that examples of one group resemble each other. */
export interface GroupedAccuracy extends Interval {
  /** Number of examples. */
  examples: number;
  /** Number of groups; an example without a group counts as a group of its own. */
  groups: number;
  /** As many independent examples would give an interval of this width; at most `examples`. */
  effective: number;
}

/**
 * An accuracy with a confidence interval that accounts for groups: pictures of one person, patient or thing tend to be right or
 * wrong together, so that they carry less information than as many independent pictures.
 *
 * The number of examples is replaced by the effective one: that of independent examples with the same standard error of the
 * mean, where the error is estimated from the differences between groups, and corrected by Student's t for few groups (Korn and
 * Graubard 1998). The interval is Wilson's (1927) for that number. Without groups it is exactly `wilsonInterval`.
 *
 * @param right whether each example was predicted right // [examples]
 * @param groups the group of each example, undefined for one without a group // [examples]. Default: no groups
 * @param confidence confidence level, between 0 and 1. Default: 0.95
 * @throws {UserError} when there are no examples, or not as many groups as examples
 *
 * @example
 * ```ts
 * import { metrics } from 'tunebook';
 *
 * const right = [true, true, true, false, false, true, true, true];
 * const alone = metrics.groupedAccuracy(right);
 * const ofFour = metrics.groupedAccuracy(right, ['a', 'a', 'b', 'c', 'c', 'b', 'd', 'd']);
 * [alone.estimate, alone.effective]; // => [ 0.75, 8 ]
 * ofFour.effective < 4; // => true
 * ```
 */
export function groupedAccuracy(
  right: ArrayLike<boolean>,
  groups?: ArrayLike<string | undefined>,
  confidence = 0.95,
): GroupedAccuracy {
  const examples = right.length;
  if (examples === 0) throw new UserError('groupedAccuracy: got no examples; give at least one');
  if (groups && groups.length !== examples) {
    throw new UserError(
      `groupedAccuracy: got ${examples} examples and ${groups.length} groups; give one for each example, undefined for none`,
    );
  }
  checkConfidence('groupedAccuracy', confidence);
  const totals = new GroupTotals();
  for (const members of groupMembers(examples, groups)) {
    totals.add(members.filter((i) => right[i]).length, members.length);
  }
  return accuracyOf(totals, confidence);
}

/** Sums over groups, from which the accuracy and its standard error follow. Groups can be added and taken away. */
export class GroupTotals {
  groups = 0;
  examples = 0;
  right = 0;
  /** sum of the squares of the groups' sizes, of their numbers of right examples, and of the products of both */
  squares = { size: 0, right: 0, both: 0 };

  /** @param times -1 takes a group away that was added before. Default: 1 */
  add(right: number, size: number, times: 1 | -1 = 1): void {
    if (size === 0) return;
    this.groups += times;
    this.examples += times * size;
    this.right += times * right;
    this.squares.size += times * size * size;
    this.squares.right += times * right * right;
    this.squares.both += times * right * size;
  }

  copy(): GroupTotals {
    return Object.assign(new GroupTotals(), this, { squares: { ...this.squares } });
  }
}

/** The accuracy of groups with its interval. */
export function accuracyOf(totals: GroupTotals, confidence: number): GroupedAccuracy {
  const { examples, groups, right } = totals;
  const effective = effectiveSize(totals, confidence);
  return { ...proportionInterval(right / examples, effective, confidence), ...{ examples, groups, effective } };
}

function effectiveSize({ groups, examples, right, squares }: GroupTotals, confidence: number): number {
  const p = right / examples;
  if (groups === examples) return examples;
  if (groups === 1) return 1; // a single group says nothing about the differences between groups
  const correction = (normalQuantile((1 + confidence) / 2) / twoSidedT(1 - confidence, groups - 1)) ** 2;
  // all right or all wrong: no difference between groups is observed, so each group counts as one example
  if (p === 0 || p === 1) return groups;
  // the squares of each group's sum of deviations from the mean; rounding could make it negative
  const deviations = Math.max(0, squares.right - 2 * p * squares.both + p * p * squares.size);
  const variance = ((groups / (groups - 1)) * deviations) / examples ** 2;
  return variance === 0 ? examples : Math.max(1, Math.min(examples, ((p * (1 - p)) / variance) * correction));
}

/** Indices of the examples of each group; one without a group is a group of its own. */
export function groupMembers(examples: number, groups?: ArrayLike<string | undefined>): number[][] {
  const members: number[][] = [];
  const known = new Map<string, number[]>();
  for (let i = 0; i < examples; i++) {
    const group = groups?.[i];
    const others = group === undefined ? undefined : known.get(group);
    if (others) {
      others.push(i);
      continue;
    }
    const own = [i];
    members.push(own);
    if (group !== undefined) known.set(group, own);
  }
  return members;
}
