import type { Reading } from './pictures/reading';

/** One picture of a dataset, with its label. */
export interface Example {
  /** Absolute path; of a picture in memory its name. */
  file: string;
  /** Index into the dataset's classes; -1 for a picture without a label. */
  label: number;
  /** Pictures of one group (a person, a patient, a thing) stay in one part of a split. Default: none */
  group?: string;
  /** The part of the split that the folder or table gives. Default: none */
  subset?: Subset;
  /** How its samples become 8 bits; missing when they have 8 bits. */
  reading?: Reading;
  /** Other cells of its row in a table, by the name of the column; see {@link imageTable}. Default: none */
  columns?: Readonly<Record<string, string>>;
  /** Its pixels, when it is in memory instead of in a file. */
  pixels?: RawPicture;
}

/** A part of a split: training, validation or test data. */
export type Subset = 'train' | 'validation' | 'test';

/** A decoded picture. */
export interface RawPicture {
  /** RGB bytes, shape `[height, width, 3]`. */
  data: Uint8Array;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
}

/** A file or folder that is not used, and why. */
export interface Skipped {
  /** Its path. */
  file: string;
  /** Why it is not used, in words. */
  reason: string;
}

/** Labelled pictures: from a folder, from a table, or in memory. */
export interface Dataset {
  /** The folder that names of pictures are relative to. */
  folder: string;
  /** Class names, sorted; labels are indices into them. */
  classes: string[];
  /** The labelled pictures. They are not opened yet. */
  examples: Example[];
  /** Files and folders that are not used, with the reasons. */
  skipped: Skipped[];
  /** What should be checked before the dataset is used, one sentence each; missing when there is nothing. */
  warnings?: string[];
  /** How the folder or table was interpreted, one sentence each; missing when there is nothing to say. */
  notes?: string[];
  /**
   * Pictures without a label, such as those of a `test` folder without class folders; missing when there are none.
   */
  unlabelled?: Example[];
  /** The file with corrections of labels, which may not exist. Default: `corrections.csv` in its folder */
  correctionsFile?: string;
  /** What its file of corrections changes; missing when there is nothing. */
  corrections?: AppliedCorrections;
}

/** Which corrections a dataset has. */
export interface AppliedCorrections {
  /** Number of pictures that have another label. */
  relabeled: number;
  /** Number of pictures that are left out. */
  leftOut: number;
  /** SHA-256 of the corrections that apply. */
  fingerprint: string;
}

/** A dataset divided into parts. */
export interface Split {
  /** Pictures to train on. */
  train: Example[];
  /** Pictures to validate on during development. */
  validation: Example[];
  /** Pictures for the final evaluation, to be used once. */
  test?: Example[];
}
