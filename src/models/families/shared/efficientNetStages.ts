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
