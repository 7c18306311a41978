import type { PublishedTorchFile } from '../../backboneEntry';

/** A file that torchvision publishes; the digits in its name are the first of its SHA-256. */
export const torchvisionFile = (file: string): PublishedTorchFile => ({
  kind: 'torch',
  address: `https://download.pytorch.org/models/${file}`,
  sha256: /-([0-9a-f]{8})\.pth$/.exec(file)![1]!,
  licence: 'BSD-3-Clause (torchvision)',
});

/** Weights that timm publishes on Hugging Face's hub, without a hash. */
export const timmFile = (model: string, licence = 'Apache-2.0'): PublishedTorchFile => ({
  kind: 'torch',
  address: `hf://timm/${model}`,
  licence,
});
