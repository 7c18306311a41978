import { UserError } from '../../core/errors';
import { checkNumber } from '../../core/options';
import { sharp } from '../../core/sharp';
import type { Heatmap } from './gradCam';

/** The colour scale: dark blue, violet, vermilion, yellow. Brightness rises throughout, so it can be read without hues. */
const stops = [
  [13, 8, 80],
  [126, 3, 168],
  [222, 90, 60],
  [250, 230, 60],
] as const;

/**
 * Draw a heat map over its picture, for `charts.pictureGrid`: the picture in gray, from dark blue where nothing raises the
 * score of the class to yellow where it is raised most.
 *
 * @param picture [size, size, channels] bytes; of more than three channels the first three are shown as red, green and blue
 * @param size side of the picture in pixels
 * @param heatmap what `gradCam` or `occlusionMap` returned
 * @param shown side of the result in pixels, 8 to 1024. Default: 112
 * @param channels of the picture. Default: 3
 * @returns a JPEG as a data URI
 * @throws {UserError} if the picture does not have this size, or the heat map has not height x width values
 *
 * @example
 * ```ts
 * import { explain } from 'tunebook';
 * const gray = new Uint8Array(32 * 32 * 3).fill(128);
 * const heatmap = { values: Float32Array.of(0, 0, 0, 1), height: 2, width: 2, class: 0, probability: 0.9 };
 * const url = await explain.heatmapOverlay(gray, 32, heatmap);
 * url.slice(0, 23); // => 'data:image/jpeg;base64,'
 * ```
 */
export async function heatmapOverlay(
  picture: Uint8Array,
  size: number,
  heatmap: Heatmap,
  shown = 112,
  channels = 3,
): Promise<string> {
  const { values, height, width } = heatmap;
  checkNumber('heatmapOverlay: shown', shown, { min: 8, max: 1024, integer: true });
  if (picture.length !== size * size * channels)
    throw new UserError(
      `heatmapOverlay: the picture has ${picture.length} bytes, expected ${size} x ${size} x ${channels}`,
    );
  if (values.length !== height * width)
    throw new UserError(`heatmapOverlay: the heatmap has ${values.length} values, expected ${height} x ${width}`);
  const bytes = Uint8Array.from(values, (value) => Math.round(255 * value));
  const heat = await sharp(bytes, { raw: { width, height, channels: 1 } })
    .resize(shown, shown, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const small = await sharp(asColors(picture, channels), { raw: { width: size, height: size, channels: 3 } })
    .resize(shown, shown)
    .removeAlpha()
    .raw()
    .toBuffer();
  const mixed = new Uint8Array(3 * shown * shown);
  for (let i = 0; i < shown * shown; i++) {
    const value = heat[i]! / 255;
    const [red, green, blue] = [small[3 * i]!, small[3 * i + 1]!, small[3 * i + 2]!];
    const gray = 0.299 * red + 0.587 * green + 0.114 * blue;
    const color = colorAt(value);
    const part = 0.2 + 0.45 * value;
    for (let c = 0; c < 3; c++) mixed[3 * i + c] = Math.round((1 - part) * gray + part * color[c]!);
  }
  const jpeg = await sharp(mixed, { raw: { width: shown, height: shown, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** The bytes of a picture as red, green and blue: of one channel three equal ones, of many the first three. */
export function asColors(picture: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return picture;
  const at = (i: number) => Math.floor(i / 3) * channels + Math.min(i % 3, channels - 1);
  return Uint8Array.from({ length: (3 * picture.length) / channels }, (_, i) => picture[at(i)]!);
}

function colorAt(value: number): number[] {
  const place = Math.min(value, 0.9999) * (stops.length - 1);
  const [from, to] = [stops[Math.floor(place)]!, stops[Math.floor(place) + 1]!];
  return from.map((channel, c) => channel + (to[c]! - channel) * (place % 1));
}
