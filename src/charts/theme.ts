import type { Config, TopLevelSpec } from 'vega-lite';
import { safeSpec } from '../core/escape/chartSpec';
import { printable } from '../core/escape/printable';

/**
 * The colours of all charts, as `#rrggbb`, for charts of your own in the same style.
 *
 * The background (`card`) is light and opaque: JupyterLab's dark theme paints mid-grey (#bdbdbd) behind every Vega chart, on
 * which neither dark nor grey text has enough contrast. On the card all text has a contrast of at least 4.5 to 1 (WCAG
 * 2.1, level AA) in every theme, and in a PNG on any page.
 *
 * The hues are those of Okabe and Ito (2008), distinguishable with all common forms of colour blindness. Blue is for training
 * and for right predictions, vermilion for validation and for wrong ones; such pairs also differ in shape or dashes.
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * charts.colors.blue; // => '#0072b2'
 * ```
 */
export const colors = {
  /** Background. */
  card: '#fafafa',
  /** Text. */
  text: '#262626',
  /** Secondary text, and neutral marks. */
  muted: '#616161',
  /** Grid lines and axes. */
  grid: '#e4e4e4',
  /** Training, right predictions, or a single series. */
  blue: '#0072b2',
  /** Validation, wrong predictions. */
  vermilion: '#d55e00',
  /** Vermilion for small text: `vermilion` itself has a contrast of only 3.8 to 1 on the card. */
  vermilionText: '#b04d00',
} as const;

/** The colours of series, in this order: Okabe and Ito's (2008) without yellow, which is too pale for a light background. */
export const hues = [colors.blue, colors.vermilion, '#00795a', '#a8447e', '#8a6400', '#2b7fb3', '#262626'] as const;

/** JupyterLab 4 draws Vega-Lite 5; a chart with the schema of version 6 would stay empty. */
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

/**
 * A Vega-Lite 5 specification, which a notebook draws. `description` is its text for screen readers, `usermeta.text` the chart's
 * content as lines of text for terminals.
 */
export type Chart = TopLevelSpec & { description: string; usermeta: { text: string } };

/**
 * Complete a specification with schema and theme.
 *
 * Names in it may come from untrusted files: control characters, which act on a terminal or are invalid in SVG, are escaped.
 * Pass a name only as data or as the title of an axis (`axis: { title }`): Vega-Lite puts the `title` of a channel and the
 * values of a `sort` list into expressions, which a hostile name could break.
 *
 * @param spec the Vega-Lite specification, without schema and theme
 * @param description one or two sentences for screen readers
 * @param text the same content as lines of text, for terminals
 */
export function chart(spec: object, description: string, text: string): Chart {
  const safe = { ...safeSpec(spec), description: printable(description), usermeta: { text: printable(text) } };
  return { $schema: schema, ...safe, config } as Chart;
}
