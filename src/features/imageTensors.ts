import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import type { Dataset, Example, Subset } from '../data/dataset';
import { tf } from '../tensorflow';

/** Options of {@link imageTensors}. */
export interface ImageTensorsOptions {
  /** Class names; a label that is a number is an index into them. Default: the distinct labels, sorted */
  classes?: readonly string[];
  /** Group of each picture, or undefined: a split keeps the pictures of a group in one part. Default: none */
  groups?: readonly (string | undefined)[];
  /** Part of each picture, `train`, `validation` or `test`, or undefined. Default: none */
  subsets?: readonly (Subset | undefined)[];
}

/**
 * Make a dataset from tensors. The pictures are copied as bytes, so that the tensors may be disposed.
 *
 * @param images one tensor `[count, height, width, channels]`, or a list of tensors `[height, width, channels]` of any sizes, with 3
 *   channels (RGB) or 1 (greyscale) and values from 0 to 255
 * @param labels a class name or class index for each picture
 * @throws {UserError} when shapes, lengths or values do not fit, or there are fewer than two classes
 *
 * @example
 * ```ts
 * import { features, tf } from 'tunebook';
 *
 * const pictures = tf.randomUniform<tf.Rank.R4>([4, 32, 32, 3], 0, 255);
 * const dataset = features.imageTensors(pictures, ['cat', 'dog', 'cat', 'dog']);
 * dataset.classes; // => [ 'cat', 'dog' ]
 * ```
 */
export function imageTensors(
  images: tf.Tensor4D | readonly tf.Tensor3D[],
  labels: readonly (string | number)[],
  options?: ImageTensorsOptions,
): Dataset {
  const {
    classes: given,
    groups,
    subsets,
  } = withDefaults('imageTensors', options, {
    classes: [] as readonly string[],
    groups: [] as readonly (string | undefined)[],
    subsets: [] as readonly (Subset | undefined)[],
  });
  const count = images instanceof tf.Tensor ? images.shape[0] : images.length;
  for (const [name, list] of Object.entries({ labels, groups, subsets })) {
    if (list.length !== count && (name === 'labels' || list.length > 0)) {
      throw new UserError(`imageTensors: ${list.length} ${name} for ${count} pictures: give one for each`);
    }
  }
  const names = labels.map((label) => (given.length > 0 && typeof label === 'number' ? given[label] : String(label)));
  const wrong = names.findIndex((name) => name === undefined || (given.length > 0 && !given.includes(name)));
  if (wrong >= 0) {
    throw new UserError(`imageTensors: the label ${labels[wrong]} is not one of the classes ${given.join(', ')}`);
  }
  const classes = given.length > 0 ? [...given] : [...new Set(names as string[])].sort();
  if (classes.length < 2) throw new UserError(`imageTensors: expected at least two classes, got ${classes.length}`);
  const single = images instanceof tf.Tensor ? tf.unstack(images) : images;
  try {
    const digits = String(count).length;
    const examples = single.map((image, i): Example => {
      const [group, subset] = [groups[i], subsets[i]];
      return {
        file: `memory/${String(i).padStart(digits, '0')}`,
        label: classes.indexOf(names[i]!),
        pixels: pixelsOfTensor(image, `imageTensors: picture ${i}`),
        ...(group !== undefined && { group }),
        ...(subset && { subset }),
      };
    });
    return { folder: 'memory', classes, examples, skipped: [] };
  } finally {
    if (images instanceof tf.Tensor) tf.dispose(single as tf.Tensor3D[]);
  }
}

/**
 * The pixels of a tensor as RGB bytes.
 *
 * @param image [height, width, 3 or 1] of 0 to 255
 * @param name its name in errors
 * @throws {UserError} when shape or values do not fit
 */
export function pixelsOfTensor(image: tf.Tensor, name: string): NonNullable<Example['pixels']> {
  const [height, width, channels] = image.shape;
  if (image.rank !== 3 || height === undefined || width === undefined || (channels !== 1 && channels !== 3)) {
    throw new UserError(`${name} must be [height, width, 3 or 1], got [${image.shape}]`);
  }
  const values = image.dataSync();
  let largest = 0;
  for (const value of values) {
    if (!(value >= 0 && value <= 255)) {
      throw new UserError(`${name} has the value ${value}, expected 0 to 255`);
    }
    if (value > largest) largest = value;
  }
  if (image.dtype === 'float32' && largest > 0 && largest <= 1) {
    throw new UserError(`${name} has values from 0 to ${largest}, expected 0 to 255: multiply by 255`);
  }
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = Math.round(values[channels === 3 ? i : Math.floor(i / 3)]!);
  return { data, width, height };
}
