import { previewAugmentation } from '../../analysis/explain';
import { type Augmentation, augmentPictures } from '../../augment';
import { renderPng } from '../../charts/render';
import { messageOf, UserError } from '../../core/errors';
import { printable } from '../../core/escape/printable';
import { checkNumber, withDefaults } from '../../core/options';
import { sharp } from '../../core/sharp';
import { type Dataset, decodePicture, type Example, readPicture, sampleExamples } from '../../data';
import { frontPart, frontStyles } from '../../front/frontPart';
import { displaySymbol, type MimeBundle } from '../../notebook/mime';
import { widget } from '../../notebook/widget';
import { checkedValues, codeOf, type Fill, fills, noValues, pipelineOf, sliders, startingValues } from './sliders';

/** Options of {@link exploreAugmentation}. */
export interface ExploreAugmentationOptions {
  /** How many pictures are shown, from 1 to 24. Default: 8 */
  pictures?: number;
  /** Decides which pictures are shown, and the first random numbers. Default: 0 */
  seed?: number;
  /** Where the sliders are at the beginning: at a preset, or at 0. Default: 'standard' */
  start?: 'none' | 'light' | 'standard' | 'strong';
}

/** A pipeline that is chosen with sliders. As the last value of a cell it is a widget. */
export interface AugmentationExplorer {
  /** The pipeline of the sliders; undefined while all are at 0. */
  readonly augmentation: Augmentation | undefined;
  /** The same pipeline as code. */
  readonly code: string;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

/** Side in pixels at which pictures are augmented: the usual input size of a network. */
const side = 224;
/** Side in pixels at which they are shown. */
const shownSide = 150;

/**
 * Choose augmentations with sliders, and see what they do to pictures of a dataset at once: the same pictures with each setting, each
 * with random numbers of its own, which a button draws again. The code of what is seen is shown beside it.
 *
 * @throws {UserError} when an option is unknown or out of range, or no picture can be read
 *
 * @example
 * ```ts
 * import { openDataset } from 'tunebook';
 * import { exploreAugmentation } from 'tunebook/widgets';
 *
 * const explorer = await exploreAugmentation(await openDataset('photos'), { start: 'light' });
 * explorer.augmentation?.name; // => 'shift + horizontalFlip'
 * ```
 */
export async function exploreAugmentation(
  dataset: Dataset,
  options?: ExploreAugmentationOptions,
): Promise<AugmentationExplorer> {
  const { pictures, seed, start } = withDefaults('exploreAugmentation', options, {
    pictures: 8,
    seed: 0,
    start: 'standard' as const,
  } as Required<ExploreAugmentationOptions>);
  checkNumber('exploreAugmentation: pictures', pictures, { min: 1, max: 24, integer: true });
  checkNumber('exploreAugmentation: seed', seed, { min: 0, max: 2 ** 31, integer: true });
  if (!Object.hasOwn(startingValues, start)) {
    const names = Object.keys(startingValues).join(', ');
    throw new UserError(`exploreAugmentation: start must be one of ${names}, got '${String(start)}'`);
  }
  const { files, pixels } = await decodeSome(dataset, pictures, seed);
  const began = { values: { ...noValues(), ...startingValues[start] }, fill: 'reflect' as Fill, view: 1 };
  const draw = async ({ values, fill, view }: typeof began): Promise<Uint8Array[]> => {
    const pipeline = pipelineOf(values, fill);
    const drawn = pipeline ? await augmentPictures(pixels, side, pipeline, { seed, view }) : pixels;
    return Promise.all(drawn.map(jpeg));
  };
  const shown = widget({
    esm: frontPart('augmentation'),
    css: frontStyles(),
    state: {
      ...began,
      code: codeOf(began.values, began.fill),
      ...{ sliders, fills, starts: startingValues, message: '' },
      originals: await Promise.all(pixels.map(jpeg)),
      pictures: await draw(began),
    },
    still: async ({ values, fill }) => {
      const pipeline = pipelineOf(values, fill);
      return pipeline
        ? renderPng(await previewAugmentation(files, pipeline, { views: 3, seed }))
        : '<p>No augmentation</p>';
    },
    text: ({ code }) => printable(code),
  });
  let current = began;
  let drawing = false;
  shown.onChange(async (changes) => {
    if (!('values' in changes || 'fill' in changes || 'view' in changes)) return;
    const { values, fill, view } = { ...current, ...changes };
    current = {
      values: checkedValues(values),
      fill: fills.includes(fill) ? fill : current.fill,
      view: Number.isSafeInteger(view) && view >= 0 && view < 2 ** 31 ? view : current.view,
    };
    shown.set({ code: codeOf(current.values, current.fill) });
    if (drawing) return; // the latest setting is drawn when the pictures of an earlier one are done
    drawing = true;
    try {
      for (let drawn: typeof current | undefined; drawn !== current; ) {
        drawn = current;
        shown.set({ pictures: await draw(drawn), message: '' });
      }
    } catch (error) {
      shown.set({ message: printable(messageOf(error)) });
    } finally {
      drawing = false;
    }
  });
  return {
    get augmentation() {
      return pipelineOf(current.values, current.fill);
    },
    get code() {
      return codeOf(current.values, current.fill);
    },
    [displaySymbol]: () => shown[displaySymbol](),
  };
}

/** Pictures of all classes in turn, those that can be read. */
async function decodeSome(dataset: Dataset, count: number, seed: number) {
  const perClass = sampleExamples(dataset, count, seed);
  const queues = dataset.classes.map((_, label) => perClass.filter((example) => example.label === label));
  const files: Example[] = [];
  const pixels: Uint8Array[] = [];
  let reason = 'it has no pictures';
  for (let round = 0; files.length < count && queues.some((queue) => queue.length > round); round++) {
    for (const queue of queues) {
      const example = queue[round];
      if (!example || files.length >= count) continue;
      try {
        const { content } = await readPicture(example);
        pixels.push(await decodePicture(content, { inputSize: side, crop: 0.875, interpolation: 'bicubic' }));
        files.push(example);
      } catch (error) {
        reason = messageOf(error);
      }
    }
  }
  if (files.length === 0) throw new UserError(`exploreAugmentation: no picture of the dataset can be read: ${reason}`);
  return { files, pixels };
}

async function jpeg(pixels: Uint8Array): Promise<Uint8Array> {
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).resize(shownSide, shownSide);
  return image.jpeg({ quality: 85 }).toBuffer();
}
