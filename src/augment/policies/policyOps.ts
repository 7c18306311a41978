import type { Step } from '../augmentation';
import { autocontrast, equalize } from '../color/histogram';
import { brightness, contrast, saturation } from '../color/linear';
import { posterize, solarize } from '../color/tone';
import type { PictureStep } from '../eachPicture';
import { aroundCentre, translation } from '../geometric/matrix';
import { defaultWarping, type Warping } from '../geometric/warping';
import { sharpness } from '../noise/sharpness';

/** The strength of each operation at magnitude 1. */
export interface PolicyLimits {
  /** shift in pixels per pixel of distance from the centre */
  shear: number;
  /** fraction of the side */
  shift: number;
  /** degrees */
  rotation: number;
  /** difference of the factor from 1, of brightness, contrast, saturation and sharpness */
  factor: number;
  /** bits of 8 that posterize removes */
  bits: number;
}

/** An operation of a policy, for magnitudes from -1 to 1, or from 0 to 1 when it has no direction. */
export interface PolicyOp {
  name: string;
  /** whether it has two directions */
  signed: boolean;
  at(magnitude: number): PictureStep | undefined;
}

/** The operations that RandAugment, TrivialAugment and AugMix choose from. Geometric ones fill with grey, as in the papers. */
export function policyOps({ shear, shift, rotation, factor, bits }: PolicyLimits): PolicyOp[] {
  const warping: Warping = { ...defaultWarping, fill: 'constant', fillValue: 128 };
  type Warp = Extract<Step, { kind: 'warp' }>;
  const geometric = (name: string, matrixAt: (magnitude: number) => Warp['matrix']): PolicyOp =>
    policyOp(name, true, (magnitude) => ({ kind: 'warp', warping, matrix: matrixAt(magnitude) }));
  const enhancing = (name: string, op: typeof brightness): PolicyOp =>
    policyOp(name, true, (m) => op({ factor: [1 + factor * m, 1 + factor * m] }).step as PictureStep);
  return [
    policyOp('identity', false, () => undefined),
    geometric('shearX', (m) => (_, size) => aroundCentre([1, shear * m, 0, 1], size)),
    geometric('shearY', (m) => (_, size) => aroundCentre([1, 0, shear * m, 1], size)),
    geometric('shiftX', (m) => (_, size) => translation(shift * m * size.width, 0)),
    geometric('shiftY', (m) => (_, size) => translation(0, shift * m * size.height)),
    geometric('rotation', (m) => (_, size) => {
      const angle = (rotation * m * Math.PI) / 180;
      return aroundCentre([Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)], size);
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

/** The step of each magnitude is made once: pictures with the same step object are computed together. */
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
