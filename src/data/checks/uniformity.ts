/** Regions along each side, whose mean colours are compared; fewer where a picture has few pixels. */
const REGIONS = 8;
/** With fewer pixels along a side, noise does not average out within a region. */
const LEAST_SIDE = 32;
/** Differences of mean colours, of 0 to 255, that a uniform picture may have: from 2 in a black one to 16 in a white one. */
const LEAST_RANGE = 2;
const MOST_RANGE = 16;
/** The range of 64 means of noise is about five times their standard deviation; neighbouring pixels are not quite independent. */
const NOISE_RANGE = 8;
/** Correlations of pixels beside each other, and some pixels apart, that noise may have after resizing and JPEG; a pattern has more. */
const CORRELATION = { beside: 0.6, apart: 0.25 };

/**
 * Whether a picture is nearly uniform: the mean colours of its regions differ no more than noise and a faint gradient explain.
 *
 * CleanVision takes pictures with few grey levels (a low entropy) for it, which drawings on a plain background have, too, and noise
 * has not. Here a picture that shows anything, however small or flat, has a region that differs from the others.
 *
 * @param pixels [height, width, 3] of 0 to 255
 * @param gray [height, width] of 0 to 255
 * @param brightness mean of the picture, from 0 to 1
 */
export function isUniform(
  pixels: Uint8Array,
  gray: Float32Array,
  { width, height, brightness }: { width: number; height: number; brightness: number },
): boolean {
  const side = Math.min(width, height);
  const regions = Math.max(2, Math.min(REGIONS, Math.floor(side / 8)));
  const faint = Math.max(LEAST_RANGE, MOST_RANGE * brightness);
  const some = compareRegions(pixels, width, height, regions, Math.max(1, Math.floor(side / 64)));
  if (some.range > faint + 2 * some.deviation) return false; // nearly all pictures: a few pixels show it
  const { range, deviation } = compareRegions(pixels, width, height, regions, 1);
  if (deviation <= faint / 2 && range <= faint + deviation) return true;
  if (side < LEAST_SIDE) return false;
  const noise = (NOISE_RANGE * deviation) / Math.sqrt((width * height) / regions ** 2);
  return range <= faint + noise && isNoise(gray, width, height);
}

/**
 * @param step one of so many rows and columns is used
 * @returns the largest difference of mean colours between regions, and the largest standard deviation within them, of 0 to 255
 */
function compareRegions(pixels: Uint8Array, width: number, height: number, regions: number, step: number) {
  const sums = new Float64Array(regions ** 2 * 3);
  const counts = new Float64Array(regions ** 2);
  const squares = [0, 0, 0];
  const regionOf = Int32Array.from({ length: width }, (_, x) => Math.floor((x * regions) / width));
  let pixelsSeen = 0;
  for (let y = 0; y < height; y += step) {
    const row = regions * Math.floor((y * regions) / height);
    for (let x = 0; x < width; x += step) {
      const region = row + regionOf[x]!;
      counts[region]!++;
      pixelsSeen++;
      for (let channel = 0, at = 3 * (y * width + x); channel < 3; channel++, at++) {
        const value = pixels[at]!;
        sums[3 * region + channel]! += value;
        squares[channel]! += value * value;
      }
    }
  }
  let [range, variance] = [0, 0];
  for (let channel = 0; channel < 3; channel++) {
    let [low, high, between] = [255, 0, 0];
    for (const [region, count] of counts.entries()) {
      if (count === 0) continue;
      const mean = sums[3 * region + channel]! / count;
      low = Math.min(low, mean);
      high = Math.max(high, mean);
      between += count * mean * mean;
    }
    range = Math.max(range, high - low);
    variance = Math.max(variance, (squares[channel]! - between) / pixelsSeen);
  }
  return { range, deviation: Math.sqrt(Math.max(0, variance)) };
}

/** Whether pixels tell hardly anything about others of their row, as in noise. */
function isNoise(gray: Float32Array, width: number, height: number): boolean {
  let [sum, squares] = [0, 0];
  for (const value of gray) {
    sum += value;
    squares += value * value;
  }
  const variance = squares / gray.length - (sum / gray.length) ** 2;
  const correlation = (distance: number) => {
    let differences = 0;
    for (let y = 0; y < height; y++) {
      for (let i = y * width + distance; i < (y + 1) * width; i++) differences += (gray[i]! - gray[i - distance]!) ** 2;
    }
    return 1 - differences / (height * (width - distance)) / (2 * variance);
  };
  if (variance <= 0 || correlation(1) > CORRELATION.beside) return false;
  return [3, 4, 5, 6, 7, 8].every((distance) => Math.abs(correlation(distance)) <= CORRELATION.apart);
}
