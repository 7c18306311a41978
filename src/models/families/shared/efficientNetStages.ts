/** One stage of the EfficientNet family: repeats of the same inverted-residual block (Sandler et al. 2018). */
export interface Stage {
  repeats: number;
  kernel: number;
  stride: number;
  expansion: number;
  filters: number;
}

/** EfficientNet-B0's stages (Tan and Le 2019, table 1); the others widen and repeat them. */
export const STAGES: readonly Stage[] = [
  { repeats: 1, kernel: 3, stride: 1, expansion: 1, filters: 16 },
  { repeats: 2, kernel: 3, stride: 2, expansion: 6, filters: 24 },
  { repeats: 2, kernel: 5, stride: 2, expansion: 6, filters: 40 },
  { repeats: 3, kernel: 3, stride: 2, expansion: 6, filters: 80 },
  { repeats: 3, kernel: 5, stride: 1, expansion: 6, filters: 112 },
  { repeats: 4, kernel: 5, stride: 2, expansion: 6, filters: 192 },
  { repeats: 1, kernel: 3, stride: 1, expansion: 6, filters: 320 },
];

/** block1a, block2a, block2b, ... */
export const blockName = (stage: number, repeat: number): string =>
  `block${stage + 1}${String.fromCharCode(97 + repeat)}`;

/** The place of a layer: 'block2b_expand_conv' is the expand_conv of stage 1, repeat 1. Without a part for stem, top and classifier. */
export function placeOf(layer: string): { stage: number; repeat: number; part?: string } {
  const [, stage, repeat, part] = /^block(\d)([a-z])_(\w+)$/.exec(layer) ?? [];
  if (!stage || !repeat || !part) return { stage: -1, repeat: -1 };
  return { stage: Number(stage) - 1, repeat: repeat.charCodeAt(0) - 97, part };
}

const WHOLE: Record<string, string> = {
  ...{ stem_conv: 'conv_stem', stem_bn: 'bn1', top_conv: 'conv_head', top_bn: 'bn2', predictions: 'classifier' },
};
const EXPANDED: Record<string, string> = {
  ...{ expand_conv: 'conv_pw', expand_bn: 'bn1', dwconv: 'conv_dw', bn: 'bn2' },
  ...{ se_reduce: 'se.conv_reduce', se_expand: 'se.conv_expand', project_conv: 'conv_pwl', project_bn: 'bn3' },
};
/** Blocks that do not expand: those of the first stage. */
const PLAIN: Record<string, string> = { ...EXPANDED, bn: 'bn1', project_conv: 'conv_pw', project_bn: 'bn2' };

/** What timm calls the layers of an EfficientNet. */
export function timmNames(layer: string): string {
  const { stage, repeat, part } = placeOf(layer);
  if (part === undefined) return WHOLE[layer] ?? layer;
  return `blocks.${stage}.${repeat}.${(stage === 0 ? PLAIN : EXPANDED)[part] ?? part}`;
}
