import type { TopLevelSpec } from 'vega-lite';
import { pngScale } from '../charts/render';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import { summaryOf } from './summary';
import { isTable, tableHtml, tableText } from './table';

/** The same content in several formats, by MIME type; a frontend shows the richest it knows. */
export type MimeBundle = Record<string, unknown>;

/** The method by which a value shows itself, as in Deno's Jupyter kernel: returns a MIME bundle or a promise of one. */
export const displaySymbol = Symbol.for('Jupyter.display');

/** What JupyterLab 4 draws; it takes the spec as an object, not as a string. */
const vegaLite = 'application/vnd.vegalite.v5+json';

/**
 * A value in every format in which it can be shown: a Vega-Lite chart, an arquero table, a dataset or a run (a summary), or
 * whatever has a method under `Symbol.for('Jupyter.display')`. `undefined` for anything else, which `util.inspect` shows best.
 *
 * Never rejects: what goes wrong while showing becomes text in the bundle.
 *
 * @param value anything
 * @param options `picture: false` leaves out a chart's PNG, which takes a tenth of a second to draw
 */
export async function toMimeBundle(
  value: unknown,
  { picture = true }: { picture?: boolean } = {},
): Promise<MimeBundle | undefined> {
  try {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
    if (showsItself(value)) return checkBundle(await value[displaySymbol]());
    if (isChart(value)) return await chartBundle(value, picture);
    if (isTable(value)) return { 'text/html': tableHtml(value), 'text/plain': tableText(value) };
    const summary = summaryOf(value);
    return summary === undefined ? undefined : { 'text/plain': summary };
  } catch (error) {
    return { 'text/plain': `This could not be shown: ${printable(messageOf(error))}` };
  }
}

/**
 * What goes beside a chart's bundle as its metadata: the size of its PNG on the page, as the file itself may have twice the
 * pixels, and the alternative text that nbconvert writes into HTML. Empty for everything else.
 */
export function displayMetadata(bundle: MimeBundle): Record<string, { width: number; height: number; alt?: string }> {
  const png = bundle['image/png'];
  const chart = bundle[vegaLite] as TopLevelSpec | undefined;
  if (typeof png !== 'string' || chart === undefined) return {};
  const head = Buffer.from(png.slice(0, 64), 'base64'); // the signature, then the header: width and height at 16 and 20
  const scale = pngScale(chart);
  const size = { width: head.readUInt32BE(16) / scale, height: head.readUInt32BE(20) / scale };
  return { 'image/png': chart.description === undefined ? size : { ...size, alt: chart.description } };
}

function showsItself(value: object): value is { [displaySymbol](): unknown } {
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
  const twin = (chart.usermeta as { text?: unknown } | undefined)?.text ?? chart.description ?? 'a chart';
  const bundle: MimeBundle = { [vegaLite]: chart, 'text/plain': String(twin) };
  if (!picture) return bundle;
  try {
    const { renderPng } = await import('../charts/render.js');
    bundle['image/png'] = (await renderPng(chart)).toString('base64');
  } catch (error) {
    bundle['text/plain'] = `${twin}\n(this chart could not be drawn as a picture: ${printable(messageOf(error))})`;
  }
  return bundle;
}
