import { UserError } from '../../core/errors';
import { checkNumber } from '../../core/options';

/** How one sample (a band of a pixel) is stored. */
export type SampleKind = 'uint8' | 'uint16' | 'uint32' | 'int8' | 'int16' | 'int32' | 'float16' | 'float32' | 'float64';

/** What is black and what is white. */
export type SampleRange = readonly [low: number, high: number];

/**
 * How a picture becomes square: its middle is cut out (crop), it is pulled to the square without regard to its proportions
 * (stretch), or it is laid on black as a whole (pad).
 */
export const fits = ['crop', 'stretch', 'pad'] as const;
export type Fit = (typeof fits)[number];

/** How the pictures of a dataset become squares of 8-bit red, green and blue, the same for all of them and for every new one. */
export interface Reading {
  /** by the kind of samples; what is not 8-bit and not named here is refused */
  ranges?: Partial<Record<SampleKind, SampleRange>>;
  /** which bands are red, green and blue, from 0; a single one is gray */
  bands?: readonly number[];
  /** how pictures become square; absent: crop */
  fit?: Fit;
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
};

/** `32-bit floating-point` */
export const sampleKindInWords = (kind: SampleKind): string => KINDS[kind];

/** How to say what is black and white, for errors. */
export const RANGE_ADVICE = "say what is black and white: range 'auto', 'full', 'percentile' or [low, high] (--range)";

/** @throws {UserError} unless it is a list of one or three bands, from 0 */
export function checkBands(caller: string, bands: unknown): readonly number[] {
  if (!Array.isArray(bands) || (bands.length !== 1 && bands.length !== 3)) {
    throw new UserError(
      `${caller}: bands must be [red, green, blue] or [gray], counted from 0, got ${JSON.stringify(bands)}`,
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
  const [low, high] = range.map((value) => checkNumber(`${caller}: each end of range`, value));
  if (!(low! < high!)) throw new UserError(`${caller}: range must rise, got [${low}, ${high}]`);
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

/** A reading as it stands in a run's configuration. @throws {UserError} on anything else */
export function checkReading(caller: string, given: unknown): Reading | undefined {
  if (given === undefined) return undefined;
  const { ranges, bands, fit } = (given ?? {}) as { ranges?: unknown; bands?: unknown; fit?: unknown };
  const checked = Object.entries((ranges ?? {}) as object).map(([kind, range]) => {
    if (!Object.hasOwn(KINDS, kind)) throw new UserError(`${caller}: no samples of kind ${JSON.stringify(kind)}`);
    return [kind, checkRange(caller, range)];
  });
  return {
    ...(ranges !== undefined && { ranges: Object.fromEntries(checked) }),
    ...(bands !== undefined && { bands: checkBands(caller, bands) }),
    ...(fit !== undefined && { fit: checkFit(caller, fit) }),
  };
}
