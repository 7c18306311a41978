import { availableParallelism } from 'node:os';
import { inOrder } from '../../core/inOrder';
import { type Example, openPicture, readPicture } from '../../data';

/** Longer side, in pixels, at which pictures are measured, so that sharpness does not depend on their size. */
const side = 256;
/** Mean brightness, 0 to 255, below or above which a picture shows next to nothing. */
const dark = 24;
const bright = 238;
/** Standard deviation of the brightness below which a picture is almost one colour. */
const flat = 6;
/** So many interquartile ranges below the first quartile is an outlier (Tukey 1977, Exploratory Data Analysis). */
const fence = 1.5;
/** With fewer pictures, there is no usual sharpness. */
const fewest = 20;

interface Measured {
  example: Example;
  mean: number;
  deviation: number;
  /** variance of the Laplacian */
  sharpness: number;
}

/** A picture that shows little, and why. */
export interface OddPicture {
  example: Example;
  reason: string;
}

/**
 * Find pictures that are dark, overexposed, almost of one colour, or blurred: those whose variance of the Laplacian (Pertuz, Puig and
 * Garcia 2013, Analysis of focus measure operators for shape-from-focus) is far below that of the others, on a logarithmic scale.
 * Pictures that cannot be read are left out.
 *
 * @param onPicture called for each picture; returns whether to stop
 */
export async function findOddPictures(
  examples: readonly Example[],
  onPicture: (done: number) => boolean = () => false,
): Promise<OddPicture[]> {
  const all: Measured[] = [];
  let done = 0;
  for await (const measured of inOrder(examples, 8 * availableParallelism(), measure)) {
    if (measured) all.push(measured);
    if (onPicture(++done)) break;
  }
  const usual = all.filter(({ deviation }) => deviation >= flat).map(({ sharpness }) => Math.log(sharpness));
  const limit = usual.length < fewest ? -Infinity : lowerFence(usual);
  return all.flatMap(({ example, mean, deviation, sharpness }): OddPicture[] => {
    const reason = reasonOf({ mean, deviation }) ?? (Math.log(sharpness) < limit ? 'blurred' : undefined);
    return reason === undefined ? [] : [{ example, reason }];
  });
}

function reasonOf({ mean, deviation }: Pick<Measured, 'mean' | 'deviation'>): string | undefined {
  if (mean < dark) return `dark: mean brightness ${mean.toFixed(0)} of 255`;
  if (mean > bright && deviation < 3 * flat) return `overexposed: mean brightness ${mean.toFixed(0)} of 255`;
  return deviation < flat ? 'almost one colour' : undefined;
}

function lowerFence(values: number[]): number {
  values.sort((a, b) => a - b);
  const [first, third] = [0.25, 0.75].map((part) => values[Math.floor(part * (values.length - 1))]!) as [
    number,
    number,
  ];
  return first - fence * (third - first);
}

async function measure(example: Example): Promise<Measured | undefined> {
  try {
    const { content } = await readPicture(example);
    const { image } = await openPicture(content, example.reading);
    const { data, info } = await image
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { example, ...statisticsOf(data, info) };
  } catch {
    return undefined; // checkDataset reports it
  }
}

/** Mean and standard deviation of the brightness, and the variance of its Laplacian. @param data [height, width, channels] */
function statisticsOf(
  data: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: number },
) {
  const at = (x: number, y: number) => data[(y * width + x) * channels]!;
  const gray = { sum: 0, squares: 0, count: 0 };
  const edges = { sum: 0, squares: 0, count: 0 };
  const add = (to: typeof gray, value: number) => {
    to.sum += value;
    to.squares += value * value;
    to.count++;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      add(gray, at(x, y));
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) continue;
      add(edges, at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y));
    }
  }
  const variance = ({ sum, squares, count }: typeof gray) =>
    count === 0 ? 0 : Math.max(0, squares / count - (sum / count) ** 2);
  return { mean: gray.sum / gray.count, deviation: Math.sqrt(variance(gray)), sharpness: variance(edges) + 1e-3 };
}
