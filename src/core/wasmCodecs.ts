import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lazyModule } from './lazyModule';

/** The parts of libheif-js that are used here. */
interface Libheif {
  HeifDecoder: new () => { decode(content: Uint8Array): HeifImage[] };
}

/** One picture of a HEIF file. */
export interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display(
    target: { data: Uint8ClampedArray; width: number; height: number },
    done: (result: { data: Uint8ClampedArray } | null) => void,
  ): void;
  free(): void;
}

/** libheif with libde265, the decoder of HEIC, as WebAssembly. */
export const libheif = lazyModule(() => require('libheif-js/wasm-bundle') as Libheif);

/** The parts of jxl-oxide that are used here. */
interface JxlOxide {
  initSync(options: { module: Uint8Array }): unknown;
  JxlImage: new () => {
    forceSrgb: boolean;
    feedBytes(content: Uint8Array): number;
    tryInit(): boolean;
    readonly loaded: boolean;
    readonly width: number | undefined;
    readonly height: number | undefined;
    render(): { encodeToPng(): Uint8Array };
    free(): void;
  };
}

let jxl: Promise<JxlOxide> | undefined;

/** jxl-oxide, which decodes JPEG XL; WebAssembly, in a module that only `import()` takes. */
export function jxlOxide(): Promise<JxlOxide> {
  jxl ??= (async () => {
    const name = 'jxl-oxide-wasm'; // in a variable, so that the compiler does not load its types
    const loaded = (await import(name)) as JxlOxide;
    const folder = dirname(require.resolve('jxl-oxide-wasm/package.json'));
    loaded.initSync({ module: readFileSync(join(folder, 'jxl_oxide_wasm_bg.wasm')) });
    return loaded;
  })();
  return jxl;
}

/** The parts of CharLS that are used here. */
interface CharLs {
  JpegLSDecoder: new () => {
    getEncodedBuffer(bytes: number): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
    /** 0: band after band, 1: line by line, 2: pixel by pixel */
    getInterleaveMode(): number;
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  };
}

let jls: Promise<CharLs> | undefined;

/** CharLS, the decoder of JPEG-LS, as WebAssembly. */
export function charLs(): Promise<CharLs> {
  jls ??= (require('@cornerstonejs/codec-charls/decodewasmjs') as (options: object) => Promise<CharLs>)({
    print() {},
    printErr() {},
  });
  return jls;
}

/** The parts of OpenJPEG that are used here. */
interface OpenJpeg {
  J2KDecoder: new () => {
    getEncodedBuffer(bytes: number): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean };
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  };
}

let jp2: Promise<OpenJpeg> | undefined;

/** OpenJPEG, the decoder of JPEG 2000, as WebAssembly. */
export function openJpeg(): Promise<OpenJpeg> {
  jp2 ??= (require('@cornerstonejs/codec-openjpeg/decodewasmjs') as (options: object) => Promise<OpenJpeg>)({
    print() {}, // its messages about damaged pictures are in the error
    printErr() {},
  });
  return jp2;
}
