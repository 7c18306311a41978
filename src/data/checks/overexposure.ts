import { perceivedBrightness } from './brightness';

/** The smallest value of a clipped colour: JPEG changes 255 slightly. */
const CLIPPED = 250;
/** At least this part of the pixels is clipped in an overexposed picture. */
const LEAST = 0.45;
/** At least this part of those that are not background is, or of those in the middle: before a white wall there is less. */
const LEAST_INSIDE = 0.2;
const LEAST_MIDDLE = 0.7;
/** Where so much of the border is white, the picture is one of an object on a white background, if it is not white inside, too: */
const WHITE_BORDER = 0.95;
const WHITE_INSIDE = { clipped: 0.7, brightness: 0.9 };
/** A picture of this mean brightness has lost its details, background or not: of 1,083 drawings on white none has it. */
const ALL_WHITE = 0.98;

/**
 * Whether a picture is overexposed: most of its pixels are clipped, which means that red, green or blue is at the end of its range.
 *
 * A white background does not count: pixels that are all white up to the border are left out. CleanVision takes pictures for
 * overexposed of which 95% of the pixels are white: an overexposed photo with shadows is not among them.
 *
 * @param pixels [height, width, 3] of 0 to 255
 * @param brightness mean of the picture, from 0 to 1
 */
export function isOverexposed(
  pixels: Uint8Array,
  { width, height, brightness }: { width: number; height: number; brightness: number },
): boolean {
  if (brightness >= ALL_WHITE) return true;
  const count = width * height;
  let clipped = 0;
  for (let i = 0; i < count; i++) if (isClipped(pixels, i)) clipped++;
  if (clipped < LEAST * count) return false;
  const { background, border } = whiteBackground(pixels, width, height);
  const inside = { pixels: 0, clipped: 0, brightness: 0 };
  const middle = { pixels: 0, clipped: 0 };
  for (let i = 0; i < count; i++) {
    if (Math.abs((i % width) - width / 2) < width / 4 && Math.abs(i / width - height / 2) < height / 4) {
      middle.pixels++;
      if (isClipped(pixels, i)) middle.clipped++;
    }
    if (background[i]) continue;
    inside.pixels++;
    if (isClipped(pixels, i)) inside.clipped++;
    inside.brightness += perceivedBrightness(pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!) / 255;
  }
  if (border < WHITE_BORDER) {
    return inside.clipped >= LEAST_INSIDE * inside.pixels || middle.clipped >= LEAST_MIDDLE * middle.pixels;
  }
  const white = inside.brightness >= WHITE_INSIDE.brightness * inside.pixels;
  return white && inside.clipped >= WHITE_INSIDE.clipped * inside.pixels;
}

function isClipped(pixels: Uint8Array, i: number): boolean {
  return pixels[3 * i]! >= CLIPPED || pixels[3 * i + 1]! >= CLIPPED || pixels[3 * i + 2]! >= CLIPPED;
}

function isWhite(pixels: Uint8Array, i: number): boolean {
  return pixels[3 * i]! >= CLIPPED && pixels[3 * i + 1]! >= CLIPPED && pixels[3 * i + 2]! >= CLIPPED;
}

/** The white pixels that reach the border over white ones, and what part of the border is white. */
function whiteBackground(
  pixels: Uint8Array,
  width: number,
  height: number,
): { background: Uint8Array; border: number } {
  const background = new Uint8Array(width * height);
  const open = new Int32Array(width * height);
  let [found, borderPixels] = [0, 0];
  const visit = (i: number) => {
    if (background[i] || !isWhite(pixels, i)) return;
    background[i] = 1;
    open[found++] = i;
  };
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) {
      borderPixels++;
      visit(y * width + x);
    }
  }
  const border = found / borderPixels;
  for (let next = 0; next < found; next++) {
    const i = open[next]!;
    const x = i % width;
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < width * (height - 1)) visit(i + width);
  }
  return { background, border };
}
