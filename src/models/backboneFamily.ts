import type { BackboneEntry } from './backboneEntry';
import type { Architecture, ArchitectureOptions } from './network';
import type { Preprocessing } from './preprocessing';
import type { TorchNames } from './weights/matchTorch';
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
  /** Build its layers as its published weights need them; every weight is a constant, which loading overwrites. */
  build(options: Required<ArchitectureOptions>): Architecture;
  /**
   * The network as PyTorch's libraries build it. It may differ from `build` in strides, padding and epsilons, which a state dictionary
   * does not show: so each library's names lead to its own network. Default: none, files of PyTorch have the names of the layers.
   */
  torch?: readonly TorchNetwork[];
  /**
   * Convert a PyTorch file of its weights: names and memory layouts of PyTorch become those of this package.
   *
   * @returns arrays by 'layer/weight'; undefined when the file has the names of this package already
   * @throws {UserError} that names the first tensor that does not belong to this backbone
   */
  fromTorch?(arrays: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> | undefined;
}

/** A backbone as libraries of PyTorch build it. */
export interface TorchNetwork {
  /** What timm and torchvision call it, such as 'tf_efficientnet_b0': distinguishes networks whose tensors have the same names. */
  architectures: readonly string[];
  /** Build it. Default: as `FamilyMember` does. */
  build?(options: Required<ArchitectureOptions>): Architecture;
  /** What each library calls a layer: timm first, then torchvision. Default: the layers have timm's names. */
  names?: readonly TorchNames[];
  /** How pictures are prepared for weights of these libraries. Default: as the entry says. */
  preprocessing?: Preprocessing;
}
