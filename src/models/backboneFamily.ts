import type { BackboneEntry } from './backboneEntry';
import type { Architecture, ArchitectureOptions } from './network';
import type { NamedArray } from './weights/safetensors';

/**
 * Networks of one design that differ in size: everything that the package knows of them. A family is added by a file in
 * `families/` that exports one of these, and its line in `families/index.ts`.
 *
 * @example
 * export const vgg = { name: 'VGG', convolutions: 'dense', members: [member(16), member(19)] } satisfies BackboneFamily;
 */
export interface BackboneFamily {
  /** as in prose: 'MobileNetV2' */
  name: string;
  /**
   * What its time goes into: 'dense' convolutions, which sum over all channels, or 'depthwise' ones, which compute less
   * but move as much. A device does not compute both equally fast.
   */
  convolutions: 'dense' | 'depthwise';
  members: readonly FamilyMember[];
}

/** One backbone of a family. */
export interface FamilyMember<Name extends string = string> {
  entry: BackboneEntry<Name>;
  /** builds its layers; every weight is a constant, which loading overwrites */
  build(options: Required<ArchitectureOptions>): Architecture;
  /**
   * Where its weights are published as a torch file: changes torch's names and layouts into this package's.
   *
   * @returns arrays by 'layer/weight'; nothing where the file has this package's names already
   * @throws {UserError} that names the first tensor that does not belong to this backbone
   */
  fromTorch?(arrays: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> | undefined;
}
