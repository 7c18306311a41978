import type { TopLevelSpec } from 'vega-lite';
import { pngScale } from '../charts/render';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import { summaryOf } from './summary';
import { isTable, tableHtml, tableText } from './table';

/** The same content in several formats, by MIME type; a notebook shows the richest format that it supports. */
export type MimeBundle = Record<string, unknown>;

/**
 * The name of the method that says how a value is shown in a notebook, as in Deno's Jupyter kernel; it returns a MIME bundle or a
 * promise of one. It is `Symbol.for('Jupyter.display')`.
 *
 * @example
 * ```ts
 * import { display, show } from 'tunebook';
 * const greeting = { [display.displaySymbol]: () => ({ 'text/html': '<b>hello</b>', 'text/plain': 'hello' }) };
 * await show(greeting); // bold in a notebook, plain on a terminal
 * ```
 */
export const displaySymbol = Symbol.for('Jupyter.display');

/** The MIME type of Vega-Lite charts that JupyterLab 4 draws; the specification is an object, not a string. */
export const vegaLite = 'application/vnd.vegalite.v5+json';

/**
 * Write a value in every format in which a notebook can show it: a Vega-Lite chart, an arquero table, a summary of a dataset or a
 * run, or anything with a method {@link displaySymbol}.
 *
 * It never rejects: an error becomes text in the bundle.
 *
 * @param value anything
 * @param options `picture: false` leaves out a chart's PNG, which takes about 0.1 s to draw. Default: true
 * @returns the formats; undefined for any other value, which is best shown by `util.inspect`
 *
 * @example
 * ```ts
 * import { display, openDataset } from 'tunebook';
 * const bundle = await display.toMimeBundle(await openDataset('photos'));
 * Object.keys(bundle ?? {}); // => [ 'text/plain' ]
 * ```
 */
export async function toMimeBundle(
  value: unknown,
  { picture = true }: { picture?: boolean } = {},
): Promise<MimeBundle | undefined> {
  try {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
    if (hasDisplayMethod(value)) return checkBundle(await value[displaySymbol]());
    if (isChart(value)) return await chartBundle(value, picture);
    if (isTable(value)) return { 'text/html': tableHtml(value), 'text/plain': tableText(value) };
    const summary = summaryOf(value);
    return summary === undefined ? undefined : { 'text/plain': summary };
  } catch (error) {
    return { 'text/plain': `This could not be shown: ${printable(messageOf(error))}` };
  }
}

/**
 * The metadata that a notebook needs with the MIME bundle of a picture: the alternative text that nbconvert writes into HTML, which is the
 * description of a chart or else the first line of the text (such as a widget's); and of a chart, or of a PNG that says it has twice
 * the usual resolution (144 dots per inch, as a widget's), its size in CSS pixels.
 *
 * @returns an empty object for a bundle without a PNG
 *
 * @example
 * ```ts
 * import { display } from 'tunebook';
 * display.displayMetadata({ 'text/plain': 'no chart' }); // => {}
 * ```
 */
export function displayMetadata(bundle: MimeBundle): Record<string, { width?: number; height?: number; alt?: string }> {
  const { 'image/png': png, 'text/plain': text } = bundle;
  const chart = bundle[vegaLite] as TopLevelSpec | undefined;
  if (typeof png !== 'string') return {};
  const alt = chart ? chart.description : typeof text === 'string' ? text.split('\n')[0]! : undefined;
  const head = Buffer.from(png.slice(0, 4096), 'base64');
  const scale = chart ? pngScale(chart) : isDouble(head) ? 2 : undefined;
  // after the signature and the name of the first chunk come width and height
  const size = scale && { width: head.readUInt32BE(16) / scale, height: head.readUInt32BE(20) / scale };
  const metadata = { ...size, ...(alt !== undefined && { alt }) };
  return Object.keys(metadata).length > 0 ? { 'image/png': metadata } : {};
}

/** Whether a PNG says that it has 144 dots per inch: 5669 a metre in its chunk `pHYs`, which comes before the pixels. */
function isDouble(head: Buffer): boolean {
  const pixels = head.indexOf('IDAT');
  const at = head.subarray(0, pixels < 0 ? head.length : pixels).indexOf('pHYs');
  return at > 0 && at + 8 <= head.length && Math.round(head.readUInt32BE(at + 4) * 0.0254) === 144;
}

function hasDisplayMethod(value: object): value is { [displaySymbol](): unknown } {
  return displaySymbol in value && typeof value[displaySymbol] === 'function';
}

function isChart(value: object): value is TopLevelSpec {
  return '$schema' in value && typeof value.$schema === 'string' && value.$schema.includes('vega-lite');
}

function checkBundle(bundle: unknown): MimeBundle {
  if (typeof bundle === 'object' && bundle !== null && !Array.isArray(bundle)) return bundle as MimeBundle;
  return { 'text/plain': `This could not be shown: its display method returned ${String(bundle)}, not a MIME bundle` };
}

async function chartBundle(chart: TopLevelSpec, picture: boolean): Promise<MimeBundle> {
  const description = (chart.usermeta as { text?: unknown } | undefined)?.text ?? chart.description ?? 'a chart';
  const bundle: MimeBundle = { [vegaLite]: chart, 'text/plain': String(description) };
  if (!picture) return bundle;
  try {
    const { renderPng } = await import('../charts/render.js');
    bundle['image/png'] = (await renderPng(chart)).toString('base64');
  } catch (error) {
    bundle['text/plain'] =
      `${description}\n(this chart could not be drawn as a picture: ${printable(messageOf(error))})`;
  }
  return bundle;
}
