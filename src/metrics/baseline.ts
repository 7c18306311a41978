/** The most frequent true class, and the accuracy of always predicting it: what any classifier must exceed. */
export interface Baseline {
  /** Index of the class; the first of several that are equally frequent. */
  class: number;
  /** Fraction of the examples that are of it, from 0 to 1. */
  accuracy: number;
}

/** @param labels class index of each example */
export function baselineOf(labels: readonly number[]): Baseline {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const most = Math.max(...Object.values(counts));
  return { class: counts.indexOf(most), accuracy: most / labels.length };
}
