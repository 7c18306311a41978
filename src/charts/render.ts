import type { Spec } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { sharp } from '../core/sharp';

/**
 * The scale of a PNG: two pixels per chart pixel, so that it is sharp on high-density screens and in print; one for a chart that
 * holds pictures, which would gain no detail and make a notebook of many megabytes.
 */
export function pngScale(spec: TopLevelSpec): number {
  return JSON.stringify(spec).includes('"data:image/') ? 1 : 2;
}

/** Loaded with the first drawn chart, as it takes 0.3 s. */
async function loadVega() {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  measureText(vega);
  return { vega, vegaLite };
}

/**
 * Without a canvas Vega estimates each character as 0.8 of the font size wide, which leaves wide gaps beside axes. These widths
 * are those of DejaVu Sans, the widest of the theme's fonts, so that no label is cut off.
 */
function measureText(vega: object): void {
  const { textMetrics } = vega as { textMetrics: { width(item: TextItem, text: unknown): number } };
  textMetrics.width = (item, text) => textWidth(String(text ?? item.text ?? ''), item);
}

interface TextItem {
  fontSize?: number;
  fontWeight?: number | string;
  text?: unknown;
}

/** The width of a line of text in pixels. */
function textWidth(text: string, { fontSize = 11, fontWeight = 'normal' }: TextItem = {}): number {
  const bold = fontWeight === 'bold' || Number(fontWeight) >= 600;
  let ems = 0;
  for (const letter of text) {
    if (/[mwMW@%&]/.test(letter)) ems += 0.95;
    else if (/[A-Z]/.test(letter)) ems += 0.7;
    else if (/[ijlft.,:;' |()r-]/.test(letter)) ems += 0.36;
    else ems += 0.63;
  }
  return ems * fontSize * (bold ? 1.12 : 1);
}

/** What Vega draws for a chart: its marks, scales and expressions. */
export async function compileChart(spec: TopLevelSpec): Promise<Spec> {
  const { vegaLite } = await loadVega();
  return vegaLite.compile(spec, { logger: new Quiet() }).spec;
}

/** Draw a chart as SVG, without browser or canvas. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  return drawSvg(await compileChart(spec));
}

/** Draw what {@link compileChart} made. */
export async function drawSvg(compiled: Spec): Promise<string> {
  const { vega } = await loadVega();
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Draw a chart as PNG, at the scale of {@link pngScale}. */
export async function renderPng(spec: TopLevelSpec): Promise<Buffer> {
  return drawPng(await renderSvg(spec), pngScale(spec));
}

/** Draw an SVG as PNG. @param scale pixels of the PNG for each of the SVG */
export function drawPng(svg: string, scale: number): Promise<Buffer> {
  // unlimited: the data URIs of a picture grid exceed the XML parser's limit of 10 MB
  return sharp(Buffer.from(svg), { density: 72 * scale, unlimited: true })
    .png({ palette: true })
    .toBuffer();
}

/** A silent logger: Vega-Lite's warnings are for the author of a chart, and would appear in the reader's notebook. */
class Quiet {
  level(): number;
  level(value: number): this;
  level(value?: number): number | this {
    return value === undefined ? 0 : this;
  }
  error(): this {
    return this;
  }
  warn(): this {
    return this;
  }
  info(): this {
    return this;
  }
  debug(): this {
    return this;
  }
}
