import type { Reading } from './pictures/reading';

/** One labelled picture. */
export interface Example {
  /** absolute path; of a picture in memory the name it goes by */
  file: string;
  /** index into the dataset's classes; -1 for a picture without a label */
  label: number;
  /** pictures of one group (a person, a patient, a concept) must not be on both sides of a split */
  group?: string;
  /** the part that the folder or table itself puts the picture in */
  subset?: Subset;
  /** how its samples become 8 bits; absent where they are */
  reading?: Reading;
  /** the picture itself, where it lies in memory instead of in a file */
  pixels?: RawPicture;
}

export type Subset = 'train' | 'validation' | 'test';

/** A decoded picture. */
export interface RawPicture {
  /** [height, width, 3], red, green, blue of 0 to 255 */
  data: Uint8Array;
  /** in pixels */
  width: number;
  /** in pixels */
  height: number;
}

/** A file or folder that could not be used, and why. */
export interface Skipped {
  file: string;
  reason: string;
}

/** Labelled pictures: of a folder, a table or in memory. */
export interface Dataset {
  /** what the names of the examples are relative to */
  folder: string;
  /** class names, sorted */
  classes: string[];
  examples: Example[];
  skipped: Skipped[];
  /** what a person should know before trusting the dataset, one sentence each; absent if there is nothing */
  warnings?: string[];
  /** what was found and how it was taken, one sentence each; absent if there is nothing */
  notes?: string[];
  /** pictures without a label that lie beside the others, such as a `test` folder without class folders */
  unlabelled?: Example[];
}

/** Which examples are trained on, and which only looked at. */
export interface Split {
  train: Example[];
  validation: Example[];
  /** looked at once, when all is decided */
  test?: Example[];
}
