import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { cacheFolder } from '../core/paths';
import { efficientNetEntries } from './entries/efficientNet';
import { efficientNetLiteEntries } from './entries/efficientNetLite';
import { mobileNetEntries } from './entries/mobileNet';
import { resNetEntries } from './entries/resNet';
import { vggEntries } from './entries/vgg';

/** How a picture becomes what a model was trained on. It belongs to the weights and travels with them. */
export interface Preprocessing {
  /** side of the square input, in pixels */
  inputSize: number;
  /** part of the shorter side that the centre crop keeps: 0.875 for most ImageNet models */
  crop: number;
  interpolation: 'bicubic' | 'bilinear';
  /** input = (pixel - mean) / std, per channel in the order red, green, blue, for pixels of 0 to 255 */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  /** the order in which the model takes the channels; default 'rgb' */
  channelOrder?: 'rgb' | 'bgr';
}

/** Files that Keras publishes, and their MD5 as in Keras's own source where that has one. */
export interface KerasFiles {
  kind: 'keras';
  /** the folder they lie in, as in Keras's own source */
  address: string;
  top: { file: string; md5?: string };
  noTop: { file: string; md5?: string };
  licence: string;
}

/** A torch file inside a Python package. */
export interface PackagedTorchFile {
  kind: 'package';
  package: string;
  version: string;
  /** SHA-256 of the wheel */
  wheelSha256: string;
  /** the torch file inside the wheel, and its SHA-256 */
  member: string;
  sha256: string;
  licence: string;
}

/** All that belongs to one pre-trained backbone. */
export interface BackboneEntry {
  name: string;
  title: string;
  /** trainable and not, with the ImageNet top */
  parameters: number;
  /** length of the pooled feature vector */
  features: number;
  /** published ImageNet validation accuracy, fractions of 1 */
  published: { top1: number; top5?: number; source: string };
  preprocessing: Preprocessing;
  weights: KerasFiles | PackagedTorchFile;
  paper: string;
}

/** Every backbone, by name. */
export const backbones: Record<string, BackboneEntry> = Object.fromEntries(
  [...efficientNetLiteEntries, ...efficientNetEntries, ...mobileNetEntries, ...resNetEntries, ...vggEntries].map(
    (entry) => [entry.name, entry],
  ),
);

/** The registry's entry of a backbone. @throws {UserError} on an unknown name; the message lists the known ones */
export function backboneEntry(name: string): BackboneEntry {
  const entry = Object.hasOwn(backbones, name) ? backbones[name] : undefined;
  if (!entry) {
    const names = Object.keys(backbones);
    throw new UserError(`unknown backbone '${name}'; the backbones are ${names.join(', ')}${didYouMean(name, names)}`);
  }
  return entry;
}

/**
 * Where the converted weights of a backbone lie on this machine: those with the ImageNet classifier, which serve both
 * ways, or a file without it.
 */
export function weightsFile(entry: BackboneEntry, { includeTop = true }: { includeTop?: boolean } = {}): string {
  return cacheFolder('weights', `${entry.name}${includeTop ? '' : '-notop'}.safetensors`);
}
