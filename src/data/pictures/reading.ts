import { UserError } from '../../core/errors';
import { checkNumber } from '../../core/options';

/**
 * The number format of a sample, which is one value of a pixel; `'dicom'` for the values that a DICOM file computes from its samples,
 * such as Hounsfield units.
 */
export type SampleKind =
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'dicom';

/** The sample values that become black and white. */
export type SampleRange = readonly [low: number, high: number];

/**
 * How a picture is made square: crop its centre (`'crop'`), change its aspect ratio (`'stretch'`), or add black borders (`'pad'`).
 */
export type Fit = 'crop' | 'stretch' | 'pad';
export const fits = ['crop', 'stretch', 'pad'] as const satisfies readonly Fit[];

/** Whether each band has a range of its own. */
export const isRangeOfBands = (
  range: SampleRange | readonly SampleRange[] | 'window' | undefined,
): range is readonly SampleRange[] => Array.isArray(range) && Array.isArray(range[0]);

/** How all pictures of a dataset, and new ones, become square pictures with 8 bits for each of red, green and blue, or for each band. */
export interface Reading {
  /**
   * the sample values for black and white, by number format; formats other than 8 bits that are not listed are refused, except for
   * DICOM files that have a window. `'window'`: those that each DICOM file names. A list has one range for each band, in pictures of
   * more bands than colours
   */
  ranges?: Partial<Record<SampleKind, SampleRange | readonly SampleRange[] | 'window'>>;
  /** the bands for red, green and blue, for grey, or for each channel of the network, numbered from 0 */
  bands?: readonly number[];
  /** resize mode; default 'crop' */
  fit?: Fit;
}

/** How a DICOM file says that its values are shown. */
export interface Display {
  /** the values shown as black and white, if brightness grows evenly between them */
  range?: SampleRange;
  /** brightness of a value, from 0 to 1 */
  brightness(value: number): number;
}

const KINDS: Record<SampleKind, string> = {
  uint8: '8-bit',
  uint16: '16-bit',
  uint32: '32-bit whole-number',
  int8: 'signed 8-bit',
  int16: 'signed 16-bit',
  int32: 'signed 32-bit',
  float16: '16-bit floating-point',
  float32: '32-bit floating-point',
  float64: '64-bit floating-point',
  dicom: 'DICOM',
};

/** The name of a number format, such as `32-bit floating-point`. */
export const sampleKindName = (kind: SampleKind): string => KINDS[kind];

/** How to set the values for black and white, for errors. */
export const RANGE_ADVICE =
  "set which values are black and white: range 'auto', 'full', 'percentile' or [low, high] (--range)";

/** A network has at most so many channels: more bands are no picture, but a table, or many pictures in one file. */
export const MOST_BANDS = 64;

/** @throws {UserError} unless it is a list of band numbers */
export function checkBands(caller: string, bands: unknown): readonly number[] {
  if (!Array.isArray(bands) || bands.length < 1 || bands.length > MOST_BANDS) {
    throw new UserError(
      `${caller}: bands must be [red, green, blue], [gray], or one for each channel of the network, counted from 0, got ${JSON.stringify(bands)}`,
    );
  }
  return bands.map((band) => checkNumber(`${caller}: each band`, band, { min: 0, max: 9999, integer: true }));
}

/** @throws {UserError} unless it is two numbers, the second one larger */
export function checkRange(caller: string, range: unknown): SampleRange {
  if (!Array.isArray(range) || range.length !== 2) {
    throw new UserError(
      `${caller}: range must be 'auto', 'full', 'percentile' or [low, high], got ${JSON.stringify(range)}`,
    );
  }
  const [low, high] = range.map((value) => checkNumber(`${caller}: each limit of range`, value));
  if (!(low! < high!))
    throw new UserError(`${caller}: range must be [low, high] with low < high, got [${low}, ${high}]`);
  return [low!, high!];
}

/** @throws {UserError} unless it is one of {@link fits} */
export function checkFit(caller: string, fit: unknown): Fit {
  if (!fits.includes(fit as Fit)) {
    throw new UserError(
      `${caller}: fit must be ${fits.map((name) => `'${name}'`).join(', ')}, got ${JSON.stringify(fit)}`,
    );
  }
  return fit as Fit;
}

/**
 * Check the reading in a run's configuration.
 *
 * @throws {UserError} when it is invalid
 */
export function checkReading(caller: string, given: unknown): Reading | undefined {
  if (given === undefined) return undefined;
  const { ranges, bands, fit } = (given ?? {}) as { ranges?: unknown; bands?: unknown; fit?: unknown };
  const checked = Object.entries((ranges ?? {}) as object).map(([kind, range]) => {
    if (!Object.hasOwn(KINDS, kind)) throw new UserError(`${caller}: unknown sample format ${JSON.stringify(kind)}`);
    return [kind, rangeOrRanges(caller, kind, range)];
  });
  return {
    ...(ranges !== undefined && { ranges: Object.fromEntries(checked) }),
    ...(bands !== undefined && { bands: checkBands(caller, bands) }),
    ...(fit !== undefined && { fit: checkFit(caller, fit) }),
  };
}

function rangeOrRanges(caller: string, kind: string, range: unknown): SampleRange | SampleRange[] | 'window' {
  if (kind === 'dicom' && range === 'window') return range;
  const isList = Array.isArray(range) && Array.isArray(range[0]) && range.length <= MOST_BANDS;
  return isList ? range.map((each) => checkRange(caller, each)) : checkRange(caller, range);
}
