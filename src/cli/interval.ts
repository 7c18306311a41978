import type { Interval } from '../metrics';

/** A number with its confidence interval, such as `0.850  (95% interval 0.780 to 0.910)`. */
export function withInterval({ estimate, low, high, confidence }: Interval): string {
  return `${estimate.toFixed(3)}  (${Math.round(100 * confidence)}% interval ${low.toFixed(3)} to ${high.toFixed(3)})`;
}
