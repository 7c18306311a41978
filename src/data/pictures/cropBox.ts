import type { Random } from '../../core/random';

/** A rectangle in a picture, in pixels; whole numbers are the edges of pixels. */
export interface CropBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * A box of random area and aspect ratio inside a picture (Szegedy et al. 2015, Going deeper with convolutions). After ten tries that
 * do not fit, as in torchvision, the largest centred box that the range of aspect ratios allows.
 *
 * @param area range of the fraction of the picture's area
 * @param aspect range of width / height
 */
export function drawCropBox(
  random: Random,
  { height, width }: { height: number; width: number },
  area: readonly [number, number],
  aspect: readonly [number, number],
): CropBox {
  const between = ([from, to]: readonly [number, number]) => from + (to - from) * random.uniform();
  for (let i = 0; i < 10; i++) {
    const target = height * width * between(area);
    const ratio = Math.exp(between([Math.log(aspect[0]), Math.log(aspect[1])]));
    const box = { width: Math.sqrt(target * ratio), height: Math.sqrt(target / ratio) };
    const [left, top] = [random.uniform(), random.uniform()];
    if (box.width > width || box.height > height) continue;
    return { ...box, left: left * (width - box.width), top: top * (height - box.height) };
  }
  const ratio = Math.min(aspect[1], Math.max(aspect[0], width / height));
  const box = { width: Math.min(width, height * ratio), height: Math.min(height, width / ratio) };
  return { ...box, left: (width - box.width) / 2, top: (height - box.height) / 2 };
}
