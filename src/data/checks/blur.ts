/** Side of the squares that are compared with each other, in pixels. */
const TILE = 16;
/** The part of the squares that is measured: those with the strongest edges, so that a blurred background counts for nothing. */
const STRONGEST = 0.1;
/** Squares with a smaller mean squared slope have no edges: only noise is left. */
const LEAST_SLOPE = 1;
/** Variance that the smoothing adds to an edge. */
const SMOOTHING = 0.5;

/**
 * How far the sharpest parts of a picture are blurred: the standard deviation of a Gaussian blur that would make edges as soft.
 *
 * The variance of the Laplacian is a common focus measure (Pech-Pacheco et al. 2000, Diatom Autofocusing in Brightfield
 * Microscopy), but it grows with contrast and with the number of edges. Divided by the mean squared slope (Tenengrad: Krotkov 1988,
 * Focusing) it does not: for an edge with a blur of standard deviation s the ratio is 1 / (2 s^2), whatever its contrast.
 *
 * @param gray [height, width] of 0 to 255
 * @returns the standard deviation in pixels, at least 0; undefined without edges
 */
export function blurOf(gray: Float32Array, width: number, height: number): number | undefined {
  const smooth = smoothed(gray, width, height); // noise has a large Laplacian
  const [columns, rows] = [Math.max(1, Math.floor(width / TILE)), Math.max(1, Math.floor(height / TILE))];
  const slopes = new Float64Array(columns * rows);
  const laplacians = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let y = 1; y < height - 1; y++) {
    const row = columns * Math.floor((y * rows) / height);
    for (let column = 0, x = 1; column < columns; column++) {
      const end = Math.min(width - 1, Math.ceil(((column + 1) * width) / columns));
      const tile = row + column;
      let slope = 0;
      let laplacian = 0;
      counts[tile]! += Math.max(0, end - x);
      for (; x < end; x++) {
        const i = y * width + x;
        const value = smooth[i]!;
        const right = smooth[i + 1]! - value;
        const below = smooth[i + width]! - value;
        const second = right + below + smooth[i - 1]! + smooth[i - width]! - 2 * value;
        slope += right * right + below * below;
        laplacian += second * second;
      }
      slopes[tile]! += slope;
      laplacians[tile]! += laplacian;
    }
  }
  const order = [...slopes.keys()]
    .filter((tile) => counts[tile]! > 0)
    .sort((a, b) => slopes[b]! / counts[b]! - slopes[a]! / counts[a]!);
  const chosen = order.slice(0, Math.ceil(STRONGEST * order.length));
  const mean = (sums: Float64Array) =>
    chosen.reduce((sum, tile) => sum + sums[tile]! / counts[tile]!, 0) / chosen.length;
  if (chosen.length === 0 || mean(slopes) < LEAST_SLOPE) return undefined;
  return Math.sqrt(Math.max(0, mean(slopes) / (2 * mean(laplacians)) - SMOOTHING));
}

/** Each pixel with its neighbours, weighted 1, 2, 1 across and down. */
function smoothed(gray: Float32Array, width: number, height: number): Float32Array {
  const across = new Float32Array(gray.length);
  for (let y = 0; y < height; y++) {
    const start = y * width;
    const last = start + width - 1;
    for (let i = start; i <= last; i++) {
      across[i] = (gray[i === start ? i : i - 1]! + 2 * gray[i]! + gray[i === last ? i : i + 1]!) / 4;
    }
  }
  const result = new Float32Array(gray.length);
  for (let y = 0; y < height; y++) {
    const start = y * width;
    const above = y === 0 ? 0 : -width;
    const below = y === height - 1 ? 0 : width;
    for (let i = start; i < start + width; i++)
      result[i] = (across[i + above]! + 2 * across[i]! + across[i + below]!) / 4;
  }
  return result;
}
