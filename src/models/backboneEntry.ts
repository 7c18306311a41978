import type { Preprocessing } from './preprocessing';

/** Files that Keras publishes, and their MD5 as in Keras's own source where that has one. */
export interface KerasFiles {
  kind: 'keras';
  /** the folder they lie in, as in Keras's own source */
  address: string;
  top: { file: string; md5?: string };
  noTop: { file: string; md5?: string };
  licence: string;
}

/** A torch file inside a Python package. */
export interface PackagedTorchFile {
  kind: 'package';
  package: string;
  version: string;
  /** SHA-256 of the wheel */
  wheelSha256: string;
  /** the torch file inside the wheel, and its SHA-256 */
  member: string;
  sha256: string;
  licence: string;
}

/** All that belongs to one pre-trained backbone. */
export interface BackboneEntry<Name extends string = string> {
  name: Name;
  title: string;
  /** trainable and not, with the ImageNet top */
  parameters: number;
  /** length of the pooled feature vector */
  features: number;
  /** published ImageNet validation accuracy, fractions of 1 */
  published: { top1: number; top5?: number; source: string };
  preprocessing: Preprocessing;
  weights: KerasFiles | PackagedTorchFile;
  paper: string;
}
