import { listed } from '../../core/text';
import type { Context, Finding } from './finding';
import type { Readable } from './inspect';

/** The limit of CleanVision (Cleanlab): pictures whose 99th percentile of brightness is lower are dark. */
const DARK = 0.37;
/**
 * The blur, in pixels at a longer side of 256, above which a picture counts as blurred. Of 1,400 photos of flowers, hands and things
 * and 1,083 drawings none has more than 0.9; a Gaussian blur of 3 pixels is seen as 1.7 in the middle, and as more than 1.1 in 99%.
 */
const BLURRED = 1.1;

/** Whether a picture is dark or overexposed. */
export const hasWrongExposure = ({ appearance }: Pick<Readable, 'appearance'>): boolean =>
  appearance.brightest < DARK || appearance.overexposed;

/** Find pictures that show little or nothing: nearly uniform, dark, overexposed or blurred ones. */
export function findPoorPictures(pictures: readonly Readable[], context: Context): Finding[] {
  const about = (
    finding: string,
    some: readonly Readable[],
    detail: string,
    advice: string,
    measure: (picture: Readable) => string = () => '',
  ): Finding[] => {
    if (some.length === 0) return [];
    const names = listed(some.map((picture) => `${context.nameOf(picture.example)}${measure(picture)}`));
    const examples = some.map(({ example }) => example);
    return [{ severity: 'note', finding, detail: `${some.length} ${detail}: ${names}`, advice, examples }];
  };
  const percent = (part: number) => `${Math.round(100 * part)}%`;
  const uniform = pictures.filter(({ appearance }) => appearance.uniform);
  const dark = pictures.filter(({ appearance }) => appearance.brightest < DARK);
  const overexposed = pictures.filter(({ appearance }) => appearance.overexposed);
  const blurred = pictures
    .filter((picture) => !picture.appearance.uniform && !hasWrongExposure(picture)) // their edges say nothing about the focus
    .filter(({ appearance }) => (appearance.blur ?? 0) > BLURRED)
    .sort((a, b) => b.appearance.blur! - a.appearance.blur!);
  return [
    ...about('uniform', uniform, 'of nearly one colour', 'they show nothing: remove them, or photograph again'),
    ...about(
      'dark',
      [...dark].sort((a, b) => a.appearance.brightest - b.appearance.brightest),
      `with hardly a pixel brighter than ${percent(DARK)}`,
      'brighten or replace them, unless dark pictures are expected later, too',
      ({ appearance }) => ` (${percent(appearance.brightest)})`,
    ),
    ...about(
      'overexposed',
      overexposed,
      'in which most pixels are clipped at the brightest value',
      'details are lost there: photograph again with less light, or remove them',
    ),
    ...about(
      'blurred',
      blurred,
      `with a blur of more than ${BLURRED} pixels at a longer side of 256 pixels`,
      'replace them by sharp ones, unless blurred pictures are expected later, too',
      ({ appearance }) => ` (${appearance.blur!.toFixed(1)})`,
    ),
  ];
}
