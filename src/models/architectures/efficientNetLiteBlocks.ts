import { blockName, STAGES } from './efficientNetStages';

/** Width, depth and input side in pixels of Lite0 to Lite2 (the authors' EfficientNet-Lite). */
export const EFFICIENT_NET_LITES = [
  { width: 1, depth: 1, inputSize: 224 },
  { width: 1, depth: 1.1, inputSize: 240 },
  { width: 1.1, depth: 1.2, inputSize: 260 },
] as const;

/** Stem, first and last stage are as deep, and stem and head as wide, in every variant. */
export const repeatsOf = (variant: number, stage: number): number => {
  const { repeats } = STAGES[stage]!;
  const fixed = stage === 0 || stage === STAGES.length - 1;
  return fixed ? repeats : Math.ceil(EFFICIENT_NET_LITES[variant]!.depth * repeats);
};

/** The blocks of a variant in order from the picture to the features. */
export function efficientNetLiteBlocks(variant: number): string[] {
  const blocks = STAGES.flatMap((_, stage) =>
    Array.from({ length: repeatsOf(variant, stage) }, (_, repeat) => blockName(stage, repeat)),
  );
  return ['stem', ...blocks, 'top'];
}
