import { createHash } from 'node:crypto';

/** Width and height in pixels, as of the emoji. */
const size = 224;
/** The longer side of a letter in print, in pixels. */
const side = 150;

/** Two ways to draw a letter: `print` is black on white, `poster` has random colours, size and tilt. */
export const lookNames = ['print', 'poster'] as const;
export type Look = (typeof lookNames)[number];

/** The outline of a letter in any unit, as opentype.js gives it. */
export interface Outline {
  getBoundingBox(): { x1: number; y1: number; x2: number; y2: number };
  /** as the attribute `d` of an SVG path */
  toPathData(decimals: number): string;
}

/**
 * A letter in the middle of a square, as SVG.
 *
 * @param outline its outline, which is scaled
 * @param look how to draw it
 * @param key decides what is random, such as the name of the file: the same key gives the same picture
 */
export function letterSvg(outline: Outline, look: Look, key: string): string {
  const { ink, paper, tilt, scale } = look === 'print' ? print : posterOf(key);
  const { x1, y1, x2, y2 } = outline.getBoundingBox();
  const factor = (scale * side) / Math.max(x2 - x1, y2 - y1);
  const [left, top] = [(x1 + x2) / 2, (y1 + y2) / 2].map((center) => (size / 2 - factor * center).toFixed(3));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">` +
    `<rect width="${size}" height="${size}" fill="${paper}"/><g transform="rotate(${tilt.toFixed(2)} ${size / 2} ${size / 2})">` +
    `<path fill="${ink}" transform="translate(${left} ${top}) scale(${factor.toFixed(5)})" d="${outline.toPathData(2)}"/></g></svg>`
  );
}

const print = { ink: '#000', paper: '#fff', tilt: 0, scale: 1 };

/** Light ink on dark paper or the other way round, in hues that are far apart; up to 12 degrees of tilt. */
function posterOf(key: string): typeof print {
  const hash = createHash('sha256').update(key).digest();
  const random = (i: number) => hash.readUInt32LE(4 * i) / 2 ** 32;
  const hue = Math.floor(360 * random(0));
  const other = Math.floor(hue + 120 + 120 * random(1)) % 360;
  const isDark = random(2) < 0.5;
  return {
    paper: `hsl(${hue}, 70%, ${isDark ? 25 : 85}%)`,
    ink: `hsl(${other}, 70%, ${isDark ? 80 : 25}%)`,
    tilt: 24 * random(3) - 12,
    scale: 0.6 + 0.4 * random(4),
  };
}
