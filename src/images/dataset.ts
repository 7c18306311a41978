/** One labelled picture. */
export interface Example {
  /** absolute path */
  file: string;
  /** index into the dataset's classes */
  label: number;
  /** pictures of one group (a person, a patient, a concept) must not be on both sides of a split */
  group?: string;
  /** the part that the folder itself puts the picture in */
  subset?: 'train' | 'validation' | 'test';
}

/** A file or folder that could not be used, and why. */
export interface Skipped {
  file: string;
  reason: string;
}

/** Labelled pictures on disk. */
export interface Dataset {
  folder: string;
  /** class names, sorted */
  classes: string[];
  examples: Example[];
  skipped: Skipped[];
}

/** Which examples are trained on, and which only looked at. */
export interface Split {
  train: Example[];
  validation: Example[];
}
