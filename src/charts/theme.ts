import type { Config, TopLevelSpec } from 'vega-lite';
import { safeSpec } from '../core/escape/chartSpec';
import { printable } from '../core/escape/printable';

/**
 * One look for all charts.
 *
 * The background is a light card, not transparent: JupyterLab paints a mid-grey (#bdbdbd) behind every Vega chart in its
 * dark theme, where neither dark nor mid-grey text has enough contrast. On the card all text has a contrast of at
 * least 4.5 to 1 (WCAG 2.1, level AA) in every theme, and in a PNG on any page.
 *
 * Hues are from Okabe and Ito (2008), told apart with every common colour blindness. Blue is for training and for what is
 * right, vermilion for validation and for what is wrong; each pair also differs by more than its hue.
 */
export const colors = {
  card: '#fafafa',
  text: '#262626',
  muted: '#616161',
  grid: '#e4e4e4',
  blue: '#0072b2',
  vermilion: '#d55e00',
  /** vermilion for small text: the hue itself has a contrast of only 3.8 to 1 on the card */
  vermilionText: '#b04d00',
} as const;

/** One hue a series, in this order, of Okabe and Ito (2008), without the yellow that no light background carries. */
export const hues = [colors.blue, colors.vermilion, '#00795a', '#a8447e', '#8a6400', '#2b7fb3', '#262626'] as const;

/** The Vega-Lite schema that JupyterLab 4 draws; a v6 schema would show nothing. */
const schema = 'https://vega.github.io/schema/vega-lite/v5.json';
const font = 'system-ui, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif';

const config: Config = {
  font,
  background: colors.card,
  padding: 12,
  view: { stroke: null },
  axis: {
    labelColor: colors.muted,
    labelFontSize: 11,
    titleColor: colors.muted,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    gridColor: colors.grid,
    domainColor: colors.grid,
    tickColor: colors.grid,
    labelLimit: 160,
  },
  title: {
    anchor: 'start',
    color: colors.text,
    fontSize: 13,
    fontWeight: 600,
    subtitleColor: colors.muted,
    subtitleFontSize: 11,
    subtitlePadding: 4,
    offset: 12,
  },
  text: { color: colors.text, fontSize: 11 },
};

/** A tabular chart as drawn: Vega-Lite v5 with the two texts that stand for it where it cannot be seen. */
export type Chart = TopLevelSpec & { description: string; usermeta: { text: string } };

/**
 * A chart in the one look.
 *
 * Names in it may come from anybody: characters that would act on a terminal, or that a picture's XML cannot hold, are
 * written out. A name must be data, or the title of an axis (`axis: { title }`): Vega-Lite builds expressions of a channel's
 * own `title` and of a `sort` by a list, and a name can break those.
 *
 * @param spec what to draw, without schema and look
 * @param description one or two sentences for a screen reader
 * @param text the same content as lines of text, for terminals
 */
export function chart(spec: object, description: string, text: string): Chart {
  const safe = { ...safeSpec(spec), description: printable(description), usermeta: { text: printable(text) } };
  return { $schema: schema, ...safe, config } as Chart;
}
