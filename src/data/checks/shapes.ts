import { listed } from '../../core/text';
import { type Context, type Finding, groupBy } from './finding';
import type { Readable } from './inspect';

/** A shorter side below this, in pixels, is enlarged more than threefold for an input size of 224. */
const SMALL = 72;
/** Longer over shorter side: above it the centre crop shows less than half of the picture. */
const LONG = 2;

/** Whether the centre crop shows less than half of a picture. */
export const isLong = ({ width, height }: Pick<Readable, 'width' | 'height'>): boolean =>
  Math.max(width, height) > LONG * Math.min(width, height);

/** Find pictures that are too small or too long, files of several pages, and properties that reveal the class. */
export function findOddShapes(pictures: readonly Readable[], context: Context): Finding[] {
  const findings: Finding[] = [];
  const sizeOf = ({ width, height }: Readable) => `${width} x ${height}`;
  const about = (
    some: readonly Readable[],
    finding: string,
    detail: string,
    advice: string,
    told: (picture: Readable) => string = sizeOf,
  ) => {
    if (some.length === 0) return;
    const names = listed(some.map((picture) => `${context.nameOf(picture.example)} (${told(picture)})`));
    const examples = some.map(({ example }) => example);
    findings.push({ severity: 'note', finding, detail: `${some.length} ${detail}: ${names}`, advice, examples });
  };
  about(
    pictures.filter(({ width, height }) => Math.min(width, height) < SMALL),
    'small',
    `with a side below ${SMALL} pixels`,
    'they are enlarged and blurred: find larger ones, or choose a smaller input size',
  );
  about(
    pictures.filter(isLong),
    'long',
    `more than ${LONG} times as long as wide`,
    "the centre crop cuts most of them away: use fit 'pad' or 'stretch' (--fit pad), or crop them to the object",
  );
  about(
    pictures.filter(({ pages }) => pages > 1),
    'pages',
    'with several pages or frames',
    'only the first one is used: save the others as files of their own if they show something else',
    ({ pages }) => String(pages),
  );
  const properties: [string, (picture: Readable) => string][] = [
    ['file format', ({ format }) => format],
    ['size', sizeOf],
    ['lack of colours', ({ gray }) => (gray ? 'gray' : 'coloured')],
  ];
  for (const [name, propertyOf] of properties) {
    const shortcut = findShortcut(pictures, name, propertyOf, context);
    if (shortcut) findings.push(shortcut);
  }
  return findings;
}

/**
 * Whether a property that is unrelated to the content predicts the class: the accuracy of predicting the most frequent class for
 * each of its values (of those with at least ten pictures), compared with predicting the most frequent class of all.
 */
function findShortcut(
  pictures: readonly Readable[],
  name: string,
  propertyOf: (picture: Readable) => string,
  context: Context,
): Finding | undefined {
  const values = groupBy(pictures, propertyOf)
    .map((members): [string, Readable[]] => [propertyOf(members[0]!), members])
    .filter(([, members]) => members.length >= 10);
  const counted = values.flatMap(([, members]) => members);
  if (values.length < 2 || counted.length < pictures.length / 2) return undefined;
  const right = values.reduce((sum, [, members]) => sum + mostFrequent(members).count, 0) / counted.length;
  const chance = mostFrequent(counted).count / counted.length;
  if (right - chance < 0.3 * (1 - chance)) return undefined;
  const shown = values
    .sort((a, b) => b[1].length - a[1].length)
    .slice(0, 3)
    .map(([value, members]) => {
      const { label, count } = mostFrequent(members);
      return `${count} of ${members.length} ${value} are ${context.classes[label]}`;
    });
  return {
    severity: 'warning',
    finding: 'shortcut',
    detail: `${name} alone predicts the class of ${(100 * right).toFixed(0)}% of the pictures (chance: ${(100 * chance).toFixed(0)}%): ${shown.join('; ')}`,
    advice:
      'a network may learn it instead of the content: convert all pictures to one format and size, from the same sources',
    examples: [],
  };
}

function mostFrequent(pictures: readonly Readable[]): { label: number; count: number } {
  const counts = new Map<number, number>();
  for (const { example } of pictures) counts.set(example.label, (counts.get(example.label) ?? 0) + 1);
  const [label, count] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
  return { label, count };
}
