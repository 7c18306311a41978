import { colors } from './theme';

/** Side in pixels of a square plot whose axes both run from 0 to 1. */
export const unitSide = 260;

/** An axis from 0 to 1 in percent. */
export function unitAxis(field: string, title: string): object {
  return {
    field,
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { title, format: '.0%', values: [0, 0.25, 0.5, 0.75, 1] },
  };
}

/** A thin dashed line between two points of the unit square, for comparison. */
export function referenceLine(from: readonly [number, number], to: readonly [number, number]): object {
  return {
    mark: { type: 'line', color: colors.muted, strokeDash: [4, 4], strokeWidth: 1 },
    data: { values: [from, to].map(([x, y]) => ({ x, y })) },
    encoding: { x: unitAxis('x', ''), y: unitAxis('y', '') },
  };
}

/** Lines of text right of a plot of `width` pixels, from the top, each in its colour. */
export function besideLines(width: number, lines: readonly { text: string; color: string }[], top = 8): object[] {
  return lines.map(({ text, color }, i) => ({
    mark: { type: 'text', align: 'left', baseline: 'middle', fontWeight: 600, color, text },
    data: { values: [{}] },
    encoding: { x: { value: width + 14 }, y: { value: top + 17 * i } },
  }));
}
