import { jsonLine } from './json';
import { printable } from './printable';

/**
 * Escape text for HTML, between tags or in a quoted attribute. Control characters are made visible: see {@link printable}.
 *
 * ```ts
 * escapeHtml('<b>"cats"</b>'); // '&#60;b&#62;&#34;cats&#34;&#60;/b&#62;'
 * ```
 */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** A relative path with / between folders as an address for `href`: each part is encoded, so none can be a scheme or a query. */
export function pathAddress(path: string): string {
  const wellFormed = path.replace(/\p{Cs}/gu, '\ufffd'); // encodeURIComponent throws on unpaired surrogates
  return wellFormed.split('/').map(encodeURIComponent).join('/');
}

/** A value as JSON for a `<script type="application/json">`: no text in it can end the element. */
export function jsonForScript(value: unknown): string {
  return jsonLine(value).replaceAll('<', '\\u003c');
}
