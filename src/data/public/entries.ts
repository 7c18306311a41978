/** A file to download. */
export interface Archive {
  /** URL of the file. */
  address: string;
  /** Size in bytes; of a generated archive about its size. */
  bytes: number;
  /**
   * Published SHA-256; when nobody publishes one, the size and the numbers of pictures and classes are checked, and
   * later downloads are compared with the hash of the first.
   */
  sha256?: string;
  /**
   * Whether its host generates the archive for each download, as GitHub does: then its bytes may differ while the files in
   * it are the same, so the files are compared with those of the first download. Default: false
   */
  generated?: boolean;
  /** Where the hash is published. */
  hashFrom?: string;
}

/** Facts about a public dataset. */
export interface PublicDatasetEntry {
  /** Name for `openDataset`. */
  name: string;
  /** What it contains, in one line. */
  title: string;
  /** Number of pictures. */
  pictures: number;
  /** Number of classes. */
  classes: number;
  /** Its licence, or that none is stated. */
  licence: string;
  /** Who made it, and where it is described. */
  source: string;
  /** The files to download. */
  archives: Archive[];
  /** How its folder is read. */
  layout: { kind: 'folder'; folder: string } | { kind: 'oxford-pets' };
}

/**
 * Small public datasets, by name. They are not part of tunebook, but downloaded at first use.
 *
 * @example
 * ```ts
 * import { data } from 'tunebook';
 *
 * data.publicDatasets.flowers?.classes; // => 5
 * data.publicDatasets.flowers?.pictures; // => 3670
 * ```
 */
export const publicDatasets: Record<string, PublicDatasetEntry> = {
  flowers: {
    name: 'flowers',
    title: 'Flowers: daisy, dandelion, roses, sunflowers, tulips',
    pictures: 3670,
    classes: 5,
    licence: 'CC-BY-2.0, each photo by its photographer, named in LICENSE.txt of the archive',
    source: 'The TensorFlow team (2019), tf_flowers',
    archives: [
      {
        address: 'https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz',
        bytes: 228_813_984,
        sha256: '4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c',
        hashFrom: 'tensorflow/datasets, url_checksums/tf_flowers.txt',
      },
    ],
    layout: { kind: 'folder', folder: 'flower_photos' },
  },
  'cats-and-dogs-filtered': {
    name: 'cats-and-dogs-filtered',
    title: 'Cats and dogs, 2,000 pictures for training and 1,000 for validation',
    pictures: 3000,
    classes: 2,
    licence:
      'none is stated; the pictures are from Asirra (Elson et al. 2007), through the Kaggle competition Dogs vs. Cats',
    source: 'Google, Machine Learning Practica: Image Classification',
    archives: [
      {
        address: 'https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip',
        bytes: 68_606_236,
      },
    ],
    layout: { kind: 'folder', folder: 'cats_and_dogs_filtered' },
  },
  'ants-and-bees': {
    name: 'ants-and-bees',
    title: 'Ants and bees, about 120 pictures of each for training and 75 for validation',
    pictures: 397,
    classes: 2,
    licence: 'none is stated; the pictures are from ImageNet, for research only',
    source: 'Chilamkurthy, Transfer Learning for Computer Vision (PyTorch tutorials), hymenoptera_data',
    archives: [
      {
        address: 'https://download.pytorch.org/tutorial/hymenoptera_data.zip',
        bytes: 47_286_322,
        sha256: 'fbc41b31d544714d18dd1230b1e2b455e1557766e13e67f9f5a7a23af7c02209',
        hashFrom: 'pytorch/tutorials, .jenkins/download_data.py',
      },
    ],
    layout: { kind: 'folder', folder: 'hymenoptera_data' },
  },
  'oxford-pets': {
    name: 'oxford-pets',
    title: 'Oxford-IIIT Pet: 37 breeds of cats and dogs, about 200 pictures of each',
    pictures: 7349,
    classes: 37,
    licence: 'CC-BY-SA-4.0; the pictures remain the property of their owners',
    source: 'Parkhi, Vedaldi, Zisserman, Jawahar (2012), Cats and Dogs',
    archives: [
      {
        address: 'https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz',
        bytes: 791_918_971,
        sha256: '67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d',
        hashFrom: 'tensorflow/datasets, url_checksums/oxford_iiit_pet.txt',
      },
      {
        address: 'https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz',
        bytes: 19_173_078,
        sha256: '52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91',
        hashFrom: 'tensorflow/datasets, url_checksums/oxford_iiit_pet.txt',
      },
    ],
    layout: { kind: 'oxford-pets' },
  },
  'sign-digits': {
    name: 'sign-digits',
    title: 'Sign digits: the ten digits as hand signs, 100 x 100 pixels, unlike the photos of ImageNet',
    pictures: 2062,
    classes: 10,
    licence: 'Apache-2.0',
    source: 'Mavi (2020), A New Dataset ... of American Sign Language Digits, arXiv:2011.08927',
    archives: [
      {
        address: 'https://github.com/ardamavi/Sign-Language-Digits-Dataset/archive/refs/heads/master.zip',
        bytes: 20_000_000,
        generated: true,
      },
    ],
    layout: { kind: 'folder', folder: 'Sign-Language-Digits-Dataset-master/Dataset' },
  },
};
