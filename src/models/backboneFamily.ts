import type { BackboneEntry } from './backboneEntry';
import type { Architecture, ArchitectureOptions } from './network';
import type { NamedArray } from './weights/safetensors';

/**
 * Backbones of one design that differ in size. A family is added by a file in `families/` that exports one of these, and a
 * line in `families/index.ts`.
 *
 * @example
 * export const vgg = { name: 'VGG', convolutions: 'dense', members: [member(16), member(19)] } satisfies BackboneFamily;
 */
export interface BackboneFamily {
  /** in prose, such as 'MobileNetV2' */
  name: string;
  /**
   * Which convolutions take most of its time: 'dense' ones, which sum over all channels, or 'depthwise' ones, which compute less
   * but read and write as much memory. Devices differ in how fast they compute each.
   */
  convolutions: 'dense' | 'depthwise';
  members: readonly FamilyMember[];
}

/** One backbone of a family. */
export interface FamilyMember<Name extends string = string> {
  /** What is known of it. */
  entry: BackboneEntry<Name>;
  /** Build its layers; every weight is a constant, which loading overwrites. */
  build(options: Required<ArchitectureOptions>): Architecture;
  /**
   * Convert a PyTorch file of its weights: names and memory layouts of PyTorch become those of this package.
   *
   * @returns arrays by 'layer/weight'; undefined when the file has the names of this package already
   * @throws {UserError} that names the first tensor that does not belong to this backbone
   */
  fromTorch?(arrays: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> | undefined;
}
