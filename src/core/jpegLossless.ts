import { lazyModule } from './lazyModule';

/** The parts of jpeg-lossless-decoder-js that are used here. */
interface JpegLossless {
  Decoder: new () => {
    /** @returns samples of one or two bytes, pixel after pixel */
    decode(content: ArrayBufferLike, offset: number, length: number, bytes: 1 | 2): Uint8Array | Uint16Array;
  };
}

/** jpeg-lossless-decoder-js, which decodes the lossless JPEG of medical pictures; loaded with the first such picture. */
export const jpegLossless = lazyModule(() => require('@cornerstonejs/jpeg-lossless-decoder-js') as JpegLossless);
