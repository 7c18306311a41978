import type { TopLevelSpec } from 'vega-lite';
import { drawPng, pngScale, renderSvg } from '../../charts/render';
import { escapeHtml } from '../../core/escape/html';
import { printable } from '../../core/escape/printable';
import { displayMetadata, vegaLite } from '../../notebook/mime';
import { bundleOf } from '../../notebook/show';
import type { Still } from '../../notebook/widget';

/** What the page shows. */
export interface Content {
  kind: 'picture' | 'html' | 'text' | 'error';
  /** the picture as a data URI, the HTML, or the text */
  data: string;
  /** the alternative text of a picture */
  alt: string;
  /** the width of a picture in CSS pixels; 0: its own */
  width: number;
}

/** What a function has returned, in the forms that are needed. */
export interface Outcome {
  content: Content;
  text: string;
  /** @param caption says in HTML what it is shown for; a PNG has none */
  still(caption: string): Still | Promise<Still>;
}

/**
 * What is shown of a value that `show` accepts, in the format that JupyterLab would choose. A chart is drawn here, as SVG: the page needs
 * no renderer, and as the source of an image nothing in it can run.
 *
 * @throws {Error} when a chart cannot be drawn
 */
export async function outcomeOf(value: unknown): Promise<Outcome> {
  const bundle = await bundleOf(value, { picture: false });
  const text = printable(String(bundle['text/plain'] ?? ''));
  const chart = bundle[vegaLite] as TopLevelSpec | undefined;
  const alt = printable(chart?.description ?? text.split('\n')[0]!);
  const { 'text/html': html, 'image/svg+xml': svg, 'image/png': png, 'image/jpeg': jpeg } = bundle;
  if (chart) return drawing(await renderSvg(chart), pngScale(chart), alt, text);
  if (typeof html === 'string') {
    return {
      content: { kind: 'html', data: html, alt: '', width: 0 },
      text,
      still: (caption) => `${paragraph(caption)}${html}`,
    };
  }
  if (typeof svg === 'string') return drawing(svg, 2, alt, text);
  if (typeof png === 'string') {
    const { width = 0 } = displayMetadata(bundle)['image/png'] ?? {};
    const content: Content = { kind: 'picture', data: `data:image/png;base64,${png}`, alt, width };
    return { content, text, still: () => Buffer.from(png, 'base64') };
  }
  if (typeof jpeg === 'string') {
    const data = `data:image/jpeg;base64,${jpeg}`;
    const still = (caption: string) => `${paragraph(caption)}<img src="${escapeHtml(data)}" alt="${escapeHtml(alt)}">`;
    return { content: { kind: 'picture', data, alt, width: 0 }, text, still };
  }
  return textOutcome('text', text);
}

/** What is shown of an error. */
export const errorOutcome = (message: string): Outcome => textOutcome('error', printable(message));

function textOutcome(kind: 'text' | 'error', text: string): Outcome {
  const still = (caption: string) => `${paragraph(caption)}<pre>${escapeHtml(text)}</pre>`;
  return { content: { kind, data: text, alt: '', width: 0 }, text, still };
}

function drawing(svg: string, scale: number, alt: string, text: string): Outcome {
  const data = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  return { content: { kind: 'picture', data, alt, width: 0 }, text, still: () => drawPng(svg, scale) };
}

const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`;
