import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/core/random';
import { appearanceOf } from '../../../src/data/checks/appearance';
import { blurOf } from '../../../src/data/checks/blur';

/** Grey pixels as red, green and blue. */
const rgb = (gray: ArrayLike<number>) =>
  Uint8Array.from({ length: 3 * gray.length }, (_, i) => gray[Math.floor(i / 3)]!);

/** Stripes of two grey levels with a Gaussian blur, computed without rounding errors. */
function stripes(sigma: number, [dark, light]: [number, number], side = 200): Float32Array {
  const sharp = Array.from({ length: side + 120 }, (_, x) => (Math.floor(x / 60) % 2 ? light : dark));
  const weights = Array.from({ length: 121 }, (_, i) =>
    sigma > 0 ? Math.exp(-(((i - 60) / sigma) ** 2) / 2) : +(i === 60),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const row = Array.from(
    { length: side },
    (_, x) => weights.reduce((sum, weight, i) => sum + weight * sharp[x + i]!, 0) / total,
  );
  return Float32Array.from({ length: side * side }, (_, i) => Math.round(row[i % side]!));
}

describe('the appearance of a picture', () => {
  it('has the standard deviation of its blur, whatever its contrast', () => {
    for (const sigma of [1.5, 2, 3, 5]) {
      for (const levels of [
        [20, 230],
        [100, 140],
      ] as [number, number][]) {
        const found = blurOf(stripes(sigma, levels), 200, 200)!;
        assert.ok(Math.abs(found - sigma) < 0.2 * sigma, `blur ${sigma} of ${levels}: ${found}`);
      }
    }
    assert.ok(blurOf(stripes(0, [20, 230]), 200, 200)! < 0.7);
  });

  it('is sharp if a part is, in front of a blurred background', () => {
    const pixels = stripes(8, [60, 190]);
    for (let y = 80; y < 130; y++) for (let x = 80; x < 130; x++) pixels[200 * y + x] = (x >> 2) % 2 ? 0 : 255;
    assert.ok(blurOf(pixels, 200, 200)! < 1);
  });

  it('is uniform with noise or a faint gradient, but not with anything that is seen, however small', () => {
    const side = 160;
    const random = new Random(1);
    const picture = (grayAt: (x: number, y: number) => number) =>
      appearanceOf(
        rgb(
          Array.from({ length: side * side }, (_, i) =>
            Math.max(0, Math.min(255, grayAt(i % side, Math.floor(i / side)))),
          ),
        ),
        side,
        side,
      ).uniform;
    const noise = (deviation: number) =>
      deviation * Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    assert.equal(
      picture(() => 130),
      true,
    );
    assert.equal(
      picture(() => 0),
      true,
    );
    for (const deviation of [3, 15, 40])
      assert.equal(
        picture(() => 130 + noise(deviation)),
        true,
        `noise ${deviation}`,
      );
    assert.equal(
      picture((x) => 130 + x / 40),
      true,
    );
    assert.equal(
      picture((x) => 80 + x / 2),
      false,
    );
    assert.equal(
      picture((x, y) => (x > 100 && x < 110 && y > 20 && y < 30 ? 0 : 255)),
      false,
      'a small square on white',
    );
    assert.equal(
      picture((x, y) => (x > 60 && y > 60 ? 12 : 4)),
      false,
      'a very dark photo',
    );
    assert.equal(
      picture((x, y) => (((x >> 2) + (y >> 2)) % 2 ? 90 : 170)),
      false,
      'a fine pattern',
    );
  });

  it('is overexposed when most of it is clipped, but not by a white background', () => {
    const side = 160;
    const at = (i: number) => [i % side, Math.floor(i / side)] as const;
    const picture = (grayOf: (x: number, y: number) => number) =>
      appearanceOf(rgb(Array.from({ length: side * side }, (_, i) => grayOf(...at(i)))), side, side).overexposed;
    const waves = (x: number, y: number) => 128 + 60 * Math.sin(x / 9) + 60 * Math.cos(y / 7);
    const clipped = (factor: number) => (x: number, y: number) => Math.min(255, factor * waves(x, y));
    assert.deepEqual(
      [1, 1.2, 6].map((factor) => picture(clipped(factor))),
      [false, false, true],
    );
    const inMiddle = (x: number, y: number) => (x - 80) ** 2 + (y - 80) ** 2 < 40 ** 2;
    assert.equal(
      picture((x, y) => (inMiddle(x, y) ? waves(x, y) : 255)),
      false,
      'an object on white',
    );
    assert.equal(
      picture((x, y) => (inMiddle(x, y) ? 210 : 255)),
      false,
      'a light object on white',
    );
    assert.equal(
      picture((x, y) => (x < 90 ? 255 : waves(x, y))),
      false,
      'beside a white wall',
    );
  });

  it('is in finite numbers for any pixels', () => {
    const sizes = fc.record({ width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 60 }) });
    const contents = fc.constantFrom('black', 'white', 'noise', 'steps');
    fc.assert(
      fc.property(sizes, contents, fc.nat(), ({ width, height }, content, seed) => {
        const random = new Random(seed);
        const of: Record<string, (i: number) => number> = {
          black: () => 0,
          white: () => 255,
          noise: () => random.integer(256),
          steps: (i) => (i % 7 < 3 ? 0 : 255),
        };
        const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => of[content]!(i));
        const { brightness, brightest, blur = 0 } = appearanceOf(pixels, width, height);
        assert.ok(brightness >= 0 && brightness <= 1 && brightest >= 0 && brightest <= 1);
        assert.ok(Number.isFinite(blur) && blur >= 0, String(blur));
      }),
    );
  });
});
