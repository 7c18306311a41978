/** The value below which a part of some numbers lies, interpolated between two of them. @param sorted at least one, in ascending order */
export function percentile(sorted: ArrayLike<number>, part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below]! + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - sorted[below]!);
}
