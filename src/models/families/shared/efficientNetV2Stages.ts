import type { TorchNames } from '../../weights/matchTorch';
import { blockName, placeOf } from './efficientNetStages';

/** One stage: repeats of a block. */
interface Stage {
  repeats: number;
  stride: number;
  expansion: number;
  filters: number;
  /** expansion and depthwise convolution as one (Gupta and Akin 2020), without a gate */
  fused: boolean;
}

/** A member of the family. */
export interface Design {
  /** filters of the first convolution, and of the last one */
  stem: number;
  top: number;
  stages: readonly Stage[];
}

const stage = (repeats: number, stride: number, expansion: number, filters: number, fused: boolean): Stage => ({
  ...{ repeats, stride, expansion, filters, fused },
});

/** The nearest multiple of 8. */
const rounded = (filters: number): number => Math.max(8, Math.floor((filters + 4) / 8) * 8);

/** B0 to B3: B0's stages, wider and deeper. */
function base(width: number, depth: number): Design {
  const scaled = (repeats: number, ...rest: [number, number, number, boolean]) => {
    const [stride, expansion, filters, fused] = rest;
    return stage(Math.ceil(depth * repeats), stride, expansion, rounded(width * filters), fused);
  };
  return {
    stem: rounded(width * 32),
    top: rounded(width * 1280),
    stages: [
      scaled(1, 1, 1, 16, true),
      scaled(2, 2, 4, 32, true),
      scaled(2, 2, 4, 48, true),
      scaled(3, 2, 4, 96, false),
      scaled(5, 1, 6, 112, false),
      scaled(8, 2, 6, 192, false),
    ],
  };
}

/** Tan and Le 2021, table 4; B0 to B3 as in their code. */
export const DESIGNS = {
  b0: base(1, 1),
  b1: base(1, 1.1),
  b2: base(1.1, 1.2),
  b3: base(1.2, 1.4),
  s: {
    stem: 24,
    top: 1280,
    stages: [
      stage(2, 1, 1, 24, true),
      stage(4, 2, 4, 48, true),
      stage(4, 2, 4, 64, true),
      stage(6, 2, 4, 128, false),
      stage(9, 1, 6, 160, false),
      stage(15, 2, 6, 256, false),
    ],
  },
  m: {
    stem: 24,
    top: 1280,
    stages: [
      stage(3, 1, 1, 24, true),
      stage(5, 2, 4, 48, true),
      stage(5, 2, 4, 80, true),
      stage(7, 2, 4, 160, false),
      stage(14, 1, 6, 176, false),
      stage(18, 2, 6, 304, false),
      stage(5, 1, 6, 512, false),
    ],
  },
} satisfies Record<string, Design>;

export type Size = keyof typeof DESIGNS;

/** The blocks of each stage: only the first of a stage has its stride. */
export function stagesOf({ stem, stages }: Design) {
  let inputs = stem;
  return stages.map(({ repeats, ...stage }, stageIndex) =>
    Array.from({ length: repeats }, (_, repeat) => {
      const block = { ...stage, name: blockName(stageIndex, repeat), inputs, stride: repeat === 0 ? stage.stride : 1 };
      inputs = stage.filters;
      return block;
    }),
  );
}

const SINGLE = { project_conv: 'conv', project_bn: 'bn1' };
const FUSED = { expand_conv: 'conv_exp', expand_bn: 'bn1', project_conv: 'conv_pwl', project_bn: 'bn2' };
const INVERTED = {
  ...{ expand_conv: 'conv_pw', expand_bn: 'bn1', dwconv2: 'conv_dw', bn: 'bn2', se_reduce: 'se.conv_reduce' },
  ...{ se_expand: 'se.conv_expand', project_conv: 'conv_pwl', project_bn: 'bn3' },
};
const TORCHVISION_SINGLE = { project_conv: '0.0', project_bn: '0.1' };
const TORCHVISION_FUSED = { expand_conv: '0.0', expand_bn: '0.1', project_conv: '1.0', project_bn: '1.1' };
const TORCHVISION_INVERTED = {
  ...{ expand_conv: '0.0', expand_bn: '0.1', dwconv2: '1.0', bn: '1.1', se_reduce: '2.fc1', se_expand: '2.fc2' },
  ...{ project_conv: '3.0', project_bn: '3.1' },
};

type Parts = Record<string, string>;

/** The name of a part of a block by the kind of the block. */
function partOf(size: Size, place: number, part: string, [single, fused, inverted]: [Parts, Parts, Parts]): string {
  const { fused: isFused, expansion } = DESIGNS[size].stages[place]!;
  return (isFused ? (expansion === 1 ? single : fused) : inverted)[part] ?? part;
}

/** What timm calls the layers, which have Keras's names. */
export const timmNames =
  (size: Size): TorchNames =>
  (layer) => {
    const { stage, repeat, part } = placeOf(layer);
    const whole: Parts = { stem_conv: 'conv_stem', stem_bn: 'bn1', top_conv: 'conv_head', top_bn: 'bn2' };
    if (part === undefined) return whole[layer] ?? 'classifier';
    return `blocks.${stage}.${repeat}.${partOf(size, stage, part, [SINGLE, FUSED, INVERTED])}`;
  };

/** What torchvision calls them. */
export const torchvisionNames =
  (size: Size): TorchNames =>
  (layer) => {
    const { stage, repeat, part } = placeOf(layer);
    const last = `features.${DESIGNS[size].stages.length + 1}`;
    const whole: Parts = {
      stem_conv: 'features.0.0',
      stem_bn: 'features.0.1',
      top_conv: `${last}.0`,
      top_bn: `${last}.1`,
    };
    if (part === undefined) return whole[layer] ?? 'classifier.1';
    const names: [Parts, Parts, Parts] = [TORCHVISION_SINGLE, TORCHVISION_FUSED, TORCHVISION_INVERTED];
    return `features.${stage + 1}.${repeat}.block.${partOf(size, stage, part, names)}`;
  };
