import type { TopLevelSpec } from 'vega-lite';

/**
 * Pixels of a PNG for each pixel of the chart: two, so that it is sharp on dense screens and in print; one for a chart that
 * holds pictures, which would make a notebook of megabytes and have no more pixels than that themselves.
 */
export function pngScale(spec: TopLevelSpec): number {
  return JSON.stringify(spec).includes('"data:image/') ? 1 : 2;
}

/** Vega takes 0.3 s to load, so it waits until a chart is drawn. */
async function loadVega() {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  measureText(vega);
  return { vega, vegaLite };
}

/**
 * Without a canvas Vega takes each letter to be 0.8 of the font size wide, which leaves wide gaps beside axes. The widths here
 * are those of DejaVu Sans, the widest of the fonts a page may be shown in, so that no label is cut off.
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

/** How wide a line of text is drawn, in pixels. */
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

/** A chart as SVG, drawn without browser or canvas. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const { vega, vegaLite } = await loadVega();
  const { spec: compiled } = vegaLite.compile(spec, { logger: new Quiet() });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** A chart as PNG, in the size that {@link pngScale} says. */
export async function renderPng(spec: TopLevelSpec): Promise<Buffer> {
  const [svg, { default: sharp }] = await Promise.all([renderSvg(spec), import('sharp')]);
  // unlimited: a grid of pictures holds attributes beyond the parser's 10 MB
  return sharp(Buffer.from(svg), { density: 72 * pngScale(spec), unlimited: true })
    .png({ palette: true })
    .toBuffer();
}

/** Hints of the compiler are for whoever wrote the chart, and would land in the reader's notebook. */
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
