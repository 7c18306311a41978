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
 * Without a canvas Vega takes each letter to be 0.8 of the font size wide, which leaves wide gaps beside axes. The mean
 * widths of a sans-serif font come closer.
 */
function measureText(vega: object): void {
  const { textMetrics } = vega as {
    textMetrics: { width(item: { fontSize?: number; text?: unknown }, text: unknown): number };
  };
  textMetrics.width = (item, text) => {
    const letters = String(text ?? item.text ?? '');
    let ems = 0;
    for (const letter of letters)
      ems += /[A-Z@%&wmWM]/.test(letter) ? 0.75 : /[ijlft.,:;' |()]/.test(letter) ? 0.34 : 0.6;
    return ems * (item.fontSize ?? 11);
  };
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
