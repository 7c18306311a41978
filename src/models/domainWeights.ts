import { didYouMean } from '../core/didYouMean';
import { shown, UserError } from '../core/errors';
import type { BackboneName } from './families';
import type { Preprocessing } from './preprocessing';
import { torchInput } from './torchInput';

/**
 * The domains for which there are weights: kinds of pictures that are unlike the photos of ImageNet, and photos, of which some networks have
 * seen more than those of `models.backbones`, or learned more from.
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * Object.keys(models.domains); // => [ 'xray', 'satellite', 'histology', 'birds', 'photos' ]
 * ```
 */
export const domains = {
  xray: 'X-rays of the chest',
  satellite: 'satellite pictures, in red, green and blue or in the 13 bands of Sentinel-2',
  histology: 'stained tissue under the microscope',
  birds: 'photos of birds',
  photos: 'photos of things, by networks that saw more of them than ImageNet has, or were trained longer',
} as const;

/** The name of a domain: 'xray', 'satellite', 'histology', 'birds' or 'photos'. */
export type Domain = keyof typeof domains;

/** Weights of a backbone that were trained on pictures of a domain, and what belongs to them. */
export interface DomainWeights<Name extends string = string> {
  /** What `train`, `loadBackbone` and others call the backbone with these weights, such as 'densenet121-xray'. */
  name: Name;
  /** In prose, such as 'DenseNet-121 with X-rays'. */
  title: string;
  /** The domain of its pictures. */
  domain: Domain;
  /** The pictures it was trained on, and how it was taught. */
  pictures: string;
  /** Name of its architecture in `backbones`. */
  architecture: BackboneName;
  /** Where its weights are published: an https address, or `hf://OWNER/MODEL@REVISION` on Hugging Face's hub. */
  address: string;
  /** SHA-256 of the file, or its first digits, as its publisher says it. Default: none is published, the first file's is kept. */
  sha256?: string;
  /** Number of channels of its pictures. */
  inputChannels: number;
  /** How its pictures are prepared, as its publisher says it. */
  preprocessing: Omit<Preprocessing, 'channels'>;
  /** Licence of the weights. */
  licence: string;
  /** The paper that describes it, or the model card where there is none. */
  paper: string;
  /** Accuracy on ImageNet's validation pictures, from 0 to 1, and who measured it, where the weights classify them. */
  published?: { top1: number; source: string };
}

/** Pixels of 0 to 1. */
const UNIT = { mean: [0, 0, 0], std: [255, 255, 255] } as const;

/** Reflectances of Sentinel-2, of which 10000 is all light: divided by it, as torchgeo's `models/resnet.py` does. */
const REFLECTANCE = { inputSize: 224, crop: 0.875, interpolation: 'bilinear', range: [0, 10_000] } as const;

/** torchgeo's copies of the authors' files, whose names end in the first digits of their SHA-256 (torchgeo's `models/resnet.py`). */
const sentinel2 = <Name extends string, Depth extends 18 | 50>(
  name: Name,
  depth: Depth,
  inputChannels: 3 | 13,
  [revision, sha256]: [string, string],
) => {
  const model = `resnet${depth}_sentinel2_${inputChannels === 3 ? 'rgb' : 'all'}_moco`;
  return {
    name,
    domain: 'satellite',
    inputChannels,
    sha256,
    title: `ResNet-${depth} with Sentinel-2, ${inputChannels === 3 ? 'red, green and blue' : '13 bands'}`,
    pictures: `the ${inputChannels === 3 ? 'bands 4, 3 and 2' : 'bands 1 to 8, 8A and 9 to 12'} of Sentinel-2 at a million places (SSL4EO-S12), without labels (MoCo v2)`,
    architecture: depth === 18 ? 'resnet18' : 'resnet50',
    address: `https://hf.co/torchgeo/${model}/resolve/${revision}/${model}-${sha256}.pth`,
    preprocessing: {
      ...REFLECTANCE,
      mean: new Array<number>(inputChannels).fill(0),
      std: new Array<number>(inputChannels).fill(255),
    },
    licence: 'CC-BY-4.0',
    paper:
      'Wang et al. 2023, SSL4EO-S12: A Large-Scale Multi-Modal, Multi-Temporal Dataset for Self-Supervised Learning',
  } as const satisfies DomainWeights;
};

/** TIA Toolbox's networks in timm's form; the configuration there says pixels of 0 to 1, and the whole picture. */
const kather100k = <Name extends string, Depth extends 18 | 50>(name: Name, depth: Depth, revision: string) =>
  ({
    name,
    domain: 'histology',
    inputChannels: 3,
    title: `ResNet-${depth} with histology`,
    pictures: '100,000 pieces of stained colorectal tissue of 9 kinds (NCT-CRC-HE-100K)',
    architecture: depth === 18 ? 'resnet18' : 'resnet50',
    address: `hf://1aurent/resnet${depth}.tiatoolbox-kather100k@${revision}`,
    preprocessing: { inputSize: 224, crop: 1, interpolation: 'bicubic', ...UNIT },
    licence: 'CC-BY-4.0',
    paper: 'Pocock et al. 2022, TIAToolbox as an end-to-end library for advanced tissue image analytics',
  }) as const satisfies DomainWeights;

/** The means and deviations of the pictures that CLIP was trained on. */
const CLIP = {
  mean: [255 * 0.48145466, 255 * 0.4578275, 255 * 0.40821073],
  std: [255 * 0.26862954, 255 * 0.26130258, 255 * 0.27577711],
} as const;

interface Photos<Name extends string> {
  name: Name;
  title: string;
  pictures: string;
  architecture: BackboneName;
  address: string;
  sha256?: string;
  /** side of the pictures in pixels, the part of their shorter side that is kept, and other means and deviations than ImageNet's */
  input: [size: number, crop: number, statistics?: Pick<Preprocessing, 'mean' | 'std'>];
  /** top-1 accuracy, and at which side of the pictures it was measured */
  published: [top1: number, pixels: number];
  paper: string;
}

/** Networks of timm, or of the authors as timm has them, fine-tuned on the 1,000 classes of ImageNet. */
const ofPhotos = <Name extends string>({
  input: [size, crop, statistics],
  published: [top1, pixels],
  ...known
}: Photos<Name>): DomainWeights<Name> => ({
  ...known,
  domain: 'photos',
  inputChannels: 3,
  preprocessing: { ...torchInput(size, crop, 'bicubic'), ...statistics },
  licence: 'Apache-2.0',
  published: { top1, source: `timm, results-imagenet.csv, at ${pixels} pixels` },
});

const TIMM = 'https://github.com/huggingface/pytorch-image-models/releases/download';

const in12k = <Size extends 'tiny' | 'small'>(size: Size, top1: number): DomainWeights<`convnext-${Size}-in12k`> =>
  ofPhotos({
    name: `convnext-${size}-in12k`,
    title: `ConvNeXt ${size} with ImageNet-12k`,
    pictures: 'photos of 11,821 classes of ImageNet-21k, and then ImageNet',
    architecture: `convnext-${size}`,
    address: `hf://timm/convnext_${size}.in12k_ft_in1k`,
    input: [224, 0.95],
    published: [top1, 288],
    paper: 'Liu et al. 2022, A ConvNet for the 2020s',
  });

const photos = [
  ofPhotos({
    name: 'resnet50-a1',
    title: 'ResNet-50 by a better recipe (A1)',
    pictures: "ImageNet's, 600 times each, with binary cross-entropy",
    architecture: 'resnet50',
    address: `${TIMM}/v0.1-rsb-weights/resnet50_a1_0-14fe96d1.pth`,
    sha256: '14fe96d1',
    input: [224, 0.95],
    published: [0.81214, 288],
    paper: 'Wightman et al. 2021, ResNet strikes back: An improved training procedure in timm',
  }),
  ofPhotos({
    name: 'efficientnet-b0-noisy-student',
    title: 'EfficientNet-B0 with 300 million photos (Noisy Student)',
    pictures: "ImageNet's, and 300 million without labels (JFT), which a larger network had labelled",
    architecture: 'efficientnet-b0',
    address: `${TIMM}/v0.1-weights/tf_efficientnet_b0_ns-c0e6a31c.pth`,
    sha256: 'c0e6a31c',
    input: [224, 0.875],
    published: [0.7867, 224],
    paper: 'Xie et al. 2020, Self-training with Noisy Student improves ImageNet classification',
  }),
  ofPhotos({
    name: 'efficientnet-v2-s-in21k',
    title: 'EfficientNetV2-S with ImageNet-21k',
    pictures: 'photos of the 21,841 classes of ImageNet-21k, and then ImageNet',
    architecture: 'efficientnet-v2-s',
    address: `${TIMM}/v0.1-effv2-weights/tf_efficientnetv2_s_21ft1k-d7dafa41.pth`,
    sha256: 'd7dafa41',
    input: [300, 1, { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] }],
    published: [0.84288, 384],
    paper: 'Tan and Le 2021, EfficientNetV2: Smaller models and faster training',
  }),
  in12k('tiny', 0.8445),
  in12k('small', 0.8533),
  ofPhotos({
    name: 'convnext-base-in22k',
    title: 'ConvNeXt base with ImageNet-22k',
    pictures: 'photos of the 21,841 classes of ImageNet-22k, and then ImageNet',
    architecture: 'convnext-base',
    address: 'https://dl.fbaipublicfiles.com/convnext/convnext_base_22k_1k_224.pth',
    input: [224, 0.875],
    published: [0.86274, 288],
    paper: 'Liu et al. 2022, A ConvNet for the 2020s',
  }),
  ofPhotos({
    name: 'convnext-base-clip',
    title: 'ConvNeXt base with captions (CLIP)',
    pictures: 'two billion pictures with their captions (LAION-2B), and then ImageNet-12k and ImageNet',
    architecture: 'convnext-base',
    address: 'hf://timm/convnext_base.clip_laion2b_augreg_ft_in12k_in1k',
    input: [256, 1, CLIP],
    published: [0.8637, 256],
    paper: 'Cherti et al. 2023, Reproducible scaling laws for contrastive language-image learning',
  }),
] as const;

// Left out for their licences: Lunit's histology (not commercial), timm's networks of iNaturalist 2021 (CC-BY-NC-4.0), and Ciga's
// histology (none is given).
const list = [
  {
    name: 'densenet121-xray',
    title: 'DenseNet-121 with X-rays',
    domain: 'xray',
    architecture: 'densenet121',
    pictures: 'X-rays of the chest from seven collections, with 18 findings',
    // as `models.py` of torchxrayvision 1 names it: densenet121-res224-all
    address:
      'https://github.com/mlmed/torchxrayvision/releases/download/v1/nih-pc-chex-mimic_ch-google-openi-kaggle-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt',
    inputChannels: 1,
    // -1024 to 1024
    preprocessing: { inputSize: 224, crop: 1, interpolation: 'bilinear', mean: [127.5], std: [127.5 / 1024] },
    licence: 'Apache-2.0',
    paper: 'Cohen et al. 2022, TorchXRayVision: A library of chest X-ray datasets and models',
  },
  sentinel2('resnet18-sentinel2-rgb', 18, 3, ['e1c032e7785fd0625224cdb6699aa138bb304eec', 'e3a335e3']),
  sentinel2('resnet18-sentinel2', 18, 13, ['5b8cddc9a14f3844350b7f40b85bcd32aed75918', '59bfdff9']),
  sentinel2('resnet50-sentinel2-rgb', 50, 3, ['efd9723b59a88e9dc1420dc1e96afb25b0630a3c', '2b57ba8b']),
  sentinel2('resnet50-sentinel2', 50, 13, ['da4f3c9dbe09272eb902f3b37f46635fa4726879', 'df8b932e']),
  kather100k('resnet18-histology', 18, 'cdf9afad460623adc5ec0b3b8d3b5a0c173d2dfe'),
  kather100k('resnet50-histology', 50, '8f1ebaa3eed21fbd6706fa2ecf9903f3c18876cd'),
  {
    name: 'regnet-y-8gf-birds',
    title: 'RegNetY-8GF with birds',
    domain: 'birds',
    architecture: 'regnet-y-8gf',
    pictures: 'birds of all continents, and then 707 species of Europe, stretched to squares',
    // address, hash and values from birder's `model_registry/manifest.py` and the model's own JSON file
    address:
      'https://huggingface.co/birder-project/regnet_y_8g_intermediate-eu-common/resolve/main/regnet_y_8g_intermediate-eu-common.pt',
    sha256: '96ac500880672ab4cf0dd6de92742a131c238ca49e6fb6040de543528c071147',
    inputChannels: 3,
    preprocessing: {
      inputSize: 384,
      crop: 1,
      interpolation: 'bicubic',
      mean: [255 * 0.5248, 255 * 0.5372, 255 * 0.5086],
      std: [255 * 0.2135, 255 * 0.2103, 255 * 0.2622],
    },
    licence: 'Apache-2.0',
    paper: 'the model card of regnet_y_8g_intermediate-eu-common (birder)',
  },
  ...photos,
] as const satisfies readonly DomainWeights[];

/** The name of a backbone with weights of a domain, such as 'densenet121-xray'. */
export type DomainBackboneName = (typeof list)[number]['name'];

/**
 * Weights that were trained on pictures of other domains than ImageNet, or on more photos, where their licences allow it. `train`, `loadBackbone`,
 * `compareBackbones` and others take their names; the weights are downloaded once.
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const { architecture, inputChannels, licence } = models.domainWeights.find(({ domain }) => domain === 'xray')!;
 * [architecture, inputChannels, licence]; // => [ 'densenet121', 1, 'Apache-2.0' ]
 * ```
 */
export const domainWeights: readonly DomainWeights<DomainBackboneName>[] = list;

/** @throws {UserError} that lists the domains, unless it is one of them */
export function checkDomain(caller: string, domain: unknown): Domain {
  if (typeof domain === 'string' && Object.hasOwn(domains, domain)) return domain as Domain;
  const names = Object.keys(domains);
  const hint = typeof domain === 'string' ? didYouMean(domain, names) : '';
  throw new UserError(`${caller}: unknown domain ${shown(domain)}; the domains are ${names.join(', ')}${hint}`);
}

/** The weights of this name; undefined if there are none. */
export const domainWeightsOf = (name: string): DomainWeights<DomainBackboneName> | undefined =>
  domainWeights.find((each) => each.name === name);

/** The weights of a domain that a backbone has; undefined if it has others. */
export function domainWeightsIn(backbone: unknown): DomainWeights<DomainBackboneName> | undefined {
  if (typeof backbone !== 'object' || backbone === null) return undefined;
  const { architecture, weights } = backbone as { architecture?: unknown; weights?: unknown };
  return domainWeights.find((each) => each.address === weights && each.architecture === architecture);
}
