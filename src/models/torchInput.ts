import { TORCH_MODE } from './pixelValues';
import type { Preprocessing } from './preprocessing';

/**
 * How torchvision and timm prepare pictures: the shorter side is resized, the centre is cut out, and ImageNet's mean and standard
 * deviation are applied.
 *
 * @param inputSize side of the crop in pixels
 * @param crop part of the resized side, as timm's crop_pct: 224 / 256 by default
 */
export const torchInput = (
  inputSize = 224,
  crop = 0.875,
  interpolation: Preprocessing['interpolation'] = 'bilinear',
): Preprocessing => ({ inputSize, crop, interpolation, ...TORCH_MODE });
