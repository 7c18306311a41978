import type { Step } from '../augmentation';
import { autocontrast, equalize } from '../color/histogram';
import { brightness, contrast, saturation } from '../color/linear';
import { posterize, solarize } from '../color/tone';
import type { PictureStep } from '../eachPicture';
import { aroundMiddle, translation } from '../geometric/matrix';
import { defaultWarping, type Warping } from '../geometric/warping';
import { sharpness } from '../noise/sharpness';

/** The strongest that a policy does of each op, at magnitude 1. */
export interface PolicyLimits {
  /** pixels moved a pixel */
  shear: number;
  /** parts of the side */
  shift: number;
  /** degrees */
  rotation: number;
  /** distance of a factor from 1: brightness, contrast, saturation, sharpness */
  factor: number;
  /** bits of 8 that posterize takes away */
  bits: number;
}

/** An op of a policy: what it does at a magnitude of -1 to 1, or 0 to 1 where a sign has no meaning. */
export interface PolicyOp {
  name: string;
  signed: boolean;
  at(magnitude: number): PictureStep | undefined;
}

/** The ops that RandAugment, TrivialAugment and AugMix choose from. Geometric ones fill with gray, as the authors do. */
export function policyOps({ shear, shift, rotation, factor, bits }: PolicyLimits): PolicyOp[] {
  const warping: Warping = { ...defaultWarping, fill: 'constant', fillValue: 128 };
  type Warp = Extract<Step, { kind: 'warp' }>;
  const geometric = (name: string, matrixAt: (magnitude: number) => Warp['matrix']): PolicyOp =>
    policyOp(name, true, (magnitude) => ({ kind: 'warp', warping, matrix: matrixAt(magnitude) }));
  const enhancing = (name: string, op: typeof brightness): PolicyOp =>
    policyOp(name, true, (m) => op({ factor: [1 + factor * m, 1 + factor * m] }).step as PictureStep);
  return [
    policyOp('identity', false, () => undefined),
    geometric('shearX', (m) => (_, size) => aroundMiddle([1, shear * m, 0, 1], size)),
    geometric('shearY', (m) => (_, size) => aroundMiddle([1, 0, shear * m, 1], size)),
    geometric('shiftX', (m) => (_, size) => translation(shift * m * size.width, 0)),
    geometric('shiftY', (m) => (_, size) => translation(0, shift * m * size.height)),
    geometric('rotation', (m) => (_, size) => {
      const angle = (rotation * m * Math.PI) / 180;
      return aroundMiddle([Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)], size);
    }),
    enhancing('brightness', brightness),
    enhancing('contrast', contrast),
    enhancing('saturation', saturation),
    enhancing('sharpness', sharpness),
    policyOp('posterize', false, (m) => {
      const kept = 8 - Math.round(bits * m);
      return posterize({ bits: [kept, kept] }).step as PictureStep;
    }),
    policyOp('solarize', false, (m) => {
      const threshold = 256 * (1 - m);
      return solarize({ threshold: [threshold, threshold] }).step as PictureStep;
    }),
    policyOp('autocontrast', false, () => autocontrast().step as PictureStep),
    policyOp('equalize', false, () => equalize().step as PictureStep),
  ];
}

/** Each magnitude's step is made once, so that pictures with the same one are worked on together. */
function policyOp(name: string, signed: boolean, make: PolicyOp['at']): PolicyOp {
  const made = new Map<number, PictureStep | undefined>();
  return {
    name,
    signed,
    at: (magnitude) => {
      if (!made.has(magnitude)) made.set(magnitude, make(magnitude));
      return made.get(magnitude);
    },
  };
}
