import type { Display, SampleKind, SampleRange } from './reading';

/** What the header of a TIFF, a 16-bit PNG, a DICOM file or a NumPy array says about its samples. */
export interface DeepFormat {
  format: 'tiff' | 'png' | 'dicom' | 'npy';
  kind: SampleKind;
  /** of a DICOM file, the number format before values are computed from the samples */
  stored?: SampleKind;
  bands: number;
  width: number;
  height: number;
  /** whether the last band is the opacity */
  alpha: boolean;
  /** whether the samples are grey, or red, green and blue; not palette indices, inks or other colour spaces */
  plain: boolean;
  /** orientation of the camera, 1 to 8 (EXIF) */
  orientation: number;
  /** whether 0 is white */
  inverted: boolean;
  /** of a DICOM file, the smallest and the largest value that its samples can stand for */
  full?: SampleRange;
  /** of a DICOM file, how it says that its values are shown */
  display?: Display;
  /** read the samples of the given bands: [bands][height * width] */
  read(bands: readonly number[]): Promise<ArrayLike<number>[]>;
}
