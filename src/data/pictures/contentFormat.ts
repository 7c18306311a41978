import { isDicom } from './dicom/isDicom';

/** A format, recognized by a file's first bytes, as phones and programs save HEIC in files named .jpg. */
export type DecodedByWasm = 'heic' | 'jxl' | 'jp2';

const ascii = (content: Uint8Array, from: number, to: number) => String.fromCharCode(...content.subarray(from, to));
const startsWith = (content: Uint8Array, bytes: readonly number[], at = 0) =>
  bytes.every((byte, i) => content[at + i] === byte);

const HEIC = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];

/** The format of a file that sharp does not decode and a WebAssembly decoder does. */
export function wasmFormat(content: Uint8Array): DecodedByWasm | undefined {
  if (ascii(content, 4, 8) === 'ftyp') {
    const brands = brandsOf(content);
    if (brands.some((brand) => HEIC.includes(brand))) return 'heic';
    const isAvif = brands.includes('avif') || brands.includes('avis');
    return !isAvif && (brands.includes('mif1') || brands.includes('msf1')) ? 'heic' : undefined;
  }
  if (startsWith(content, [0xff, 0x0a]) || (startsWith(content, [0, 0, 0, 12]) && ascii(content, 4, 8) === 'JXL '))
    return 'jxl';
  if (
    startsWith(content, [0xff, 0x4f, 0xff, 0x51]) ||
    (startsWith(content, [0, 0, 0, 12]) && ascii(content, 4, 8) === 'jP  ')
  )
    return 'jp2';
  return undefined;
}

/** The usual extension of a picture's format, by its first bytes. */
export function extensionOf(content: Uint8Array): string | undefined {
  if (isDicom(content)) return '.dcm';
  if (startsWith(content, [0xff, 0xd8, 0xff])) return '.jpg';
  if (startsWith(content, [0x89, 0x50, 0x4e, 0x47])) return '.png';
  const text = ascii(content, 0, 12);
  if (text.startsWith('GIF8')) return '.gif';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return '.webp';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return '.tif';
  if (text.startsWith('BM')) return '.bmp';
  if (text.slice(4, 8) === 'ftyp' && brandsOf(content).some((brand) => brand === 'avif' || brand === 'avis'))
    return '.avif';
  const other = wasmFormat(content);
  return other && `.${other}`;
}

/** The major brand of an ISO media file, and those it is compatible with. */
function brandsOf(content: Uint8Array): string[] {
  const size = Math.min(256, content.length, (content[2]! << 8) | content[3]!);
  const brands = [ascii(content, 8, 12)];
  for (let at = 16; at + 4 <= size; at += 4) brands.push(ascii(content, at, at + 4));
  return brands;
}

/** What a file is instead of a picture, and what to do about it. */
export function unreadFormat(content: Uint8Array): string | undefined {
  const text = ascii(content, 0, 64);
  if (ascii(content, 4, 8) === 'ftyp') {
    const brand = ascii(content, 8, 12);
    return brand === 'crx '
      ? 'a raw photo of a camera (CR3): export it as JPEG'
      : `a video (${brand.trim()}), not a picture`;
  }
  if (text.startsWith('8BPS')) return 'a Photoshop file (PSD): export it as PNG or JPEG';
  if (/^(?:II\*\0....CR|IIRO|IIU\0|FUJIFILMCCD-RAW)/s.test(text)) return 'a raw photo of a camera: export it as JPEG';
  if (/^\s*(?:<!doctype html|<html|<head)/i.test(text)) return 'a web page, not a picture: a download that failed?';
  if (/^version https:\/\/git-lfs/.test(text))
    return 'a Git LFS pointer, not the picture: fetch it with `git lfs pull`';
  if (/^\s*[{[]/.test(text) && /["'\]}]/.test(text)) return 'JSON text, not a picture: a download that failed?';
  if (text.startsWith('PK\x03\x04')) return 'a zip archive, not a picture: unpack it';
  if (startsWith(content, [0x1f, 0x8b])) return 'a gzip archive, not a picture: unpack it';
  if (startsWith(content, [0x76, 0x2f, 0x31, 0x01])) return 'an OpenEXR picture: save it as TIFF';
  if (startsWith(content, [0, 0, 1, 0])) return 'an icon (ICO): save it as PNG';
  if (text.startsWith('\x89HDF')) return 'an array of numbers (HDF5): save its pictures as PNG, TIFF or .npy';
  return undefined;
}
