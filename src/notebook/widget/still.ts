import { shown } from '../../core/errors';
import { escapeHtml } from '../../core/escape/html';
import type { MimeBundle } from '../mime';

/** The first bytes of every PNG. */
const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/** A picture of a widget that needs no kernel: HTML without scripts, or the bytes of a PNG. */
export type Still = string | Uint8Array;

/** A picture as MIME type and data. @throws {TypeError} if it is neither */
export function stillBundle(still: unknown): MimeBundle {
  if (typeof still === 'string') return { 'text/html': still };
  if (still instanceof Uint8Array && signature.equals(still.subarray(0, signature.length))) {
    return { 'image/png': Buffer.from(still).toString('base64') };
  }
  throw new TypeError(`the widget's \`still\` must return HTML or the bytes of a PNG, got ${shown(still)}`);
}

/** The picture of a widget that has none of its own: a table of its state. */
export function stateTable(state: object): string {
  const rows = entries(state).map(
    ([name, value]) =>
      `<tr><th scope="row" style="text-align: left">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table><caption>A widget; to use it, run the cell where anywidget is installed</caption><tbody>${rows.join('')}</tbody></table>`;
}

/** The text of a widget that has none of its own. */
export function stateText(state: object): string {
  return `a widget with ${entries(state)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')}`;
}

function entries(state: object): [string, string][] {
  return Object.entries(state).map(([name, value]) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return [name, `${value.byteLength} bytes`];
    return [name, typeof value === 'string' ? value.slice(0, 200) : shown(value, 200)];
  });
}
