/** The accuracy on a part of the examples, with its interval, and how it compares with that of all other examples. */
export interface Slice {
  /** The column that the examples were sliced by; empty for a function. */
  by: string;
  /** The value that its examples share, or the range of values. */
  slice: string;
  /** Number of examples predicted right. */
  right: number;
  /** Number of examples. */
  total: number;
  /** Number of groups; an example without a group counts as a group of its own. */
  groups: number;
  /** `right / total`, from 0 to 1. */
  accuracy: number;
  /** Lower limit of the 95% interval, which knows groups, see `groupedAccuracy`. */
  low: number;
  /** Upper limit of the 95% interval. */
  high: number;
  /** Fraction of its most frequent class, from 0 to 1: the accuracy of always predicting it. */
  baseline: number;
  /**
   * Two-sided p value of Fisher's exact test (1922) of this slice against all other examples, with effective numbers of examples where
   * there are groups (Rao and Scott 1992), rounded; 1 where there are no other examples.
   */
  p: number;
  /**
   * The p value adjusted for the number of slices (Benjamini and Hochberg 1995): of the slices below 0.05, 5% at most are expected
   * to differ by chance alone.
   */
  adjusted: number;
}

/**
 * A row about one example: its true class as `label`, the predicted class as `predicted`, and any other columns.
 */
export type PredictionRow = Readonly<Record<string, unknown>> & {
  /** True class: its name or its index. */
  label: unknown;
  /** Predicted class: its name if `label` is a name, else its index. */
  predicted: unknown;
  /** Group of the example, such as a person or a thing; examples of a group tend to be right or wrong together. Default: none */
  group?: unknown;
};
