import { messageOf, UserError } from '../../core/errors';
import { sharp } from '../../core/sharp';
import { type HeifImage, jxlOxide, libheif } from '../../core/wasmCodecs';
import type { RawPicture } from '../dataset';
import type { DecodedByWasm } from './contentFormat';
import { decodeCodestream } from './jpeg2000';

type CheckSize = (size: { width: number; height: number }) => void;

const NAMES: Record<DecodedByWasm, string> = { heic: 'HEIC', jxl: 'JPEG XL', jp2: 'JPEG 2000' };

/**
 * Decode HEIC, JPEG XL or JPEG 2000. The decoder is loaded with the first such picture.
 *
 * @param checkSize called with the size in the header, before memory is allocated for the pixels
 * @throws {UserError} that names the format
 */
export async function decodeByWasm(content: Buffer, format: DecodedByWasm, checkSize: CheckSize): Promise<RawPicture> {
  try {
    return await { heic: decodeHeic, jxl: decodeJxl, jp2: decodeJp2 }[format](content, checkSize);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`a ${NAMES[format]} picture that cannot be decoded (${messageOf(error)}): export it as JPEG`);
  }
}

const damaged = (format: DecodedByWasm) =>
  new UserError(`a damaged ${NAMES[format]} picture: the file ends too soon, or is of an unsupported kind`);

async function decodeHeic(content: Buffer, checkSize: CheckSize): Promise<RawPicture> {
  const images = quietly(() => new libheif.HeifDecoder().decode(content));
  try {
    const image = images.find((one) => one.is_primary()) ?? images[0];
    if (!image) throw damaged('heic');
    const size = { width: image.get_width(), height: image.get_height() };
    checkSize(size);
    return onWhite(await pixelsOf(image, size), size);
  } finally {
    for (const image of images) image.free();
  }
}

/** Without console output: libheif prints errors, which would appear in the middle of other output. */
function quietly<T>(work: () => T): T {
  const { log, error, warn } = console;
  const nothing = () => {};
  Object.assign(console, { log: nothing, error: nothing, warn: nothing });
  try {
    return work();
  } finally {
    Object.assign(console, { log, error, warn });
  }
}

function pixelsOf(image: HeifImage, { width, height }: { width: number; height: number }): Promise<Uint8ClampedArray> {
  return new Promise((resolve, reject) => {
    const target = { data: new Uint8ClampedArray(4 * width * height), width, height };
    image.display(target, (shown) => (shown ? resolve(shown.data) : reject(damaged('heic'))));
  });
}

/** @param pixels [height, width, 4] red, green, blue, alpha */
function onWhite(pixels: Uint8ClampedArray, { width, height }: { width: number; height: number }): RawPicture {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const alpha = pixels[4 * i + 3]!;
    for (let c = 0; c < 3; c++) {
      data[3 * i + c] =
        alpha === 255 ? pixels[4 * i + c]! : Math.round((pixels[4 * i + c]! * alpha) / 255 + 255 - alpha);
    }
  }
  return { data, width, height };
}

async function decodeJxl(content: Buffer, checkSize: CheckSize): Promise<RawPicture> {
  const { JxlImage } = await jxlOxide();
  const image = new JxlImage();
  let png: Uint8Array;
  try {
    image.forceSrgb = true;
    image.feedBytes(content);
    if (!image.tryInit()) throw damaged('jxl');
    checkSize({ width: image.width!, height: image.height! });
    if (!image.loaded) throw damaged('jxl');
    png = image.render().encodeToPng(); // which frees the frame
  } finally {
    image.free();
  }
  const upright = sharp(Buffer.from(png), { limitInputPixels: false })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
  const { data, info } = await upright.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

async function decodeJp2(content: Buffer, checkSize: CheckSize): Promise<RawPicture> {
  const decoded = await decodeCodestream(content, checkSize);
  if (!decoded) throw damaged('jp2');
  const { width, height, bits, bands, signed, samples } = decoded;
  if (signed || (bands !== 1 && bands !== 3)) {
    throw new UserError(
      `a JPEG 2000 picture with ${bands} bands of ${bits} bits${signed ? ' (signed)' : ''}: save it as PNG or TIFF`,
    );
  }
  const scale = 255 / (2 ** bits - 1);
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) =>
    Math.round(scale * samples[bands === 3 ? i : Math.floor(i / 3)]!),
  );
  return { data, width, height };
}
