import { listed } from '../../core/text';
import type { Context, Finding } from './finding';
import type { Readable } from './inspect';
import { hasWrongExposure } from './poorPictures';
import { isLong } from './shapes';

/** With fewer pictures, none is an outlier: there is no usual size. */
const FEWEST = 20;
/** The limit of the modified z-score (Iglewicz and Hoaglin 1993, How to Detect and Handle Outliers). */
const LIMIT = 3.5;
/** The median absolute deviation of a normal distribution, in standard deviations. */
const MAD = 0.6745;

interface Property {
  name: string;
  measure(picture: Readable): number;
  /** a smaller difference from the median is never unusual, however alike the other pictures are */
  least: number;
  shown(value: number): string;
  /** pictures that have a finding for this already */
  reportedElsewhere?(picture: Readable): boolean;
}

const PROPERTIES: Property[] = [
  {
    name: 'size',
    measure: ({ width, height }) => Math.log2(Math.sqrt(width * height)),
    least: 1, // twice or half the side
    shown: (value) => `${Math.round(2 ** value)} pixels`,
  },
  {
    name: 'longer to shorter side',
    measure: ({ width, height }) => Math.abs(Math.log2(width / height)),
    least: 1,
    shown: (value) => (2 ** value).toFixed(2),
    reportedElsewhere: isLong,
  },
  {
    name: 'brightness',
    measure: ({ appearance }) => appearance.brightness,
    least: 0.3,
    shown: (value) => `${Math.round(100 * value)}%`,
    reportedElsewhere: hasWrongExposure,
  },
];

/**
 * Find pictures whose size, shape or brightness is far from that of the others: by the modified z-score, whose median and median
 * absolute deviation do not depend on the outliers themselves.
 */
export function findOutliers(pictures: readonly Readable[], context: Context): Finding[] {
  if (pictures.length < FEWEST) return [];
  return PROPERTIES.flatMap(({ name, measure, least, shown, reportedElsewhere }): Finding[] => {
    const values = pictures.map(measure);
    const middle = median(values);
    const deviation = median(values.map((value) => Math.abs(value - middle)));
    const limit = Math.max(least, (LIMIT * deviation) / MAD);
    const found = pictures
      .map((picture, i) => ({ picture, value: values[i]!, distance: Math.abs(values[i]! - middle) }))
      .filter(({ picture, distance }) => distance > limit && !reportedElsewhere?.(picture))
      .sort((a, b) => b.distance - a.distance);
    if (found.length === 0) return [];
    const names = found.map(({ picture, value }) => `${context.nameOf(picture.example)} (${shown(value)})`);
    return [
      {
        severity: 'note',
        finding: 'outlier',
        detail: `${found.length} with an unusual ${name} (median ${shown(middle)}): ${listed(names)}`,
        advice: 'look at them: they may come from another source, or show something else than the class',
        examples: found.map(({ picture }) => picture.example),
      },
    ];
  });
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
