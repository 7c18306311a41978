import { lazyModule } from './lazyModule';

/** The parts of geotiff that are used here, declared so that the compiler does not load its types. */
interface GeoTiff {
  fromArrayBuffer(content: ArrayBuffer): Promise<{ getImage(index?: number): Promise<TiffImage> }>;
}

/** One picture of a TIFF file. */
export interface TiffImage {
  getWidth(): number;
  getHeight(): number;
  getSamplesPerPixel(): number;
  getBitsPerSample(band?: number): number;
  /** 1: whole numbers from 0, 2: with a sign, 3: floating point, 5 and 6: complex */
  getSampleFormat(band?: number): number;
  readRasters(options?: { samples?: number[] }): Promise<ArrayLike<number>[]>;
  fileDirectory: { getValue(tag: string): unknown };
}

/** geotiff, which reads TIFFs of any sample format and number of bands; loaded when the first one needs it. */
export const geotiff = lazyModule(() => require('geotiff') as GeoTiff);
