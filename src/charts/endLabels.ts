import { separate } from './separate';
import { colors, hues } from './theme';

/** Height of a label, in pixels. */
const lineHeight = 15;

/**
 * Labels right of the plot at the ends of its lines, moved apart so that none overlap.
 *
 * @param lines in the order of the palette: the text, and the last value
 * @param domain of the vertical axis; a value beyond it is labelled at its limit
 * @param size of the plot, in pixels
 * @returns layers of a Vega-Lite chart
 */
export function endLabels(
  lines: readonly { text: string; value: number }[],
  [low, high]: readonly [number, number],
  { width, height }: { width: number; height: number },
): object[] {
  const ends = lines
    .map(({ text, value }, i) => {
      const at = height * (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low));
      return { text, color: hues[i]!, place: Number.isFinite(at) ? at : 0 };
    })
    .sort((a, b) => a.place - b.place);
  separate(ends, height, lineHeight);
  return ends.map(({ text, color, place }) => ({
    mark: {
      ...{ type: 'text', align: 'left', baseline: 'middle', fontWeight: 600 },
      color: color === hues[1] ? colors.vermilionText : color,
      text,
    },
    data: { values: [{}] },
    encoding: { x: { value: width + 8 }, y: { value: place } },
  }));
}
