import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import type { Dataset, Example, Subset } from '../data/dataset';
import { tf } from '../tensorflow';

export interface ImageTensorsOptions {
  /** names of the classes, where labels are their indices; default the labels themselves, sorted */
  classes?: readonly string[];
  /** group of each picture */
  groups?: readonly (string | undefined)[];
  /** part of each picture */
  subsets?: readonly (Subset | undefined)[];
}

/**
 * Labelled pictures that lie in memory. They are copied as bytes: the tensors may be disposed of.
 *
 * @param images [count, height, width, 3 or 1], or a list of [height, width, 3 or 1] of any sizes; 0 to 255
 * @param labels a class name or index for each picture
 * @throws {UserError} if shapes, lengths or values do not fit, or there are fewer than two classes
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
    throw new UserError(`imageTensors: the label ${labels[wrong]} is none of the classes ${given.join(', ')}`);
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
 * The pixels of a tensor, as bytes of three channels.
 *
 * @param image [height, width, 3 or 1] of 0 to 255
 * @param name what it is called in errors
 * @throws {UserError} if shape or values do not fit
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
    throw new UserError(`${name} runs from 0 to ${largest}, expected 0 to 255: multiply by 255`);
  }
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = Math.round(values[channels === 3 ? i : Math.floor(i / 3)]!);
  return { data, width, height };
}
