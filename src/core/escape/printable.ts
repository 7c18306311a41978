/**
 * Characters that have an effect instead of a glyph: control characters other than tab and line feed, overrides and isolates of
 * the writing direction, Unicode line separators, and unpaired surrogates.
 */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu;

/**
 * Escape every character that could move the cursor, start a terminal escape sequence, change the writing direction or end a line
 * invisibly, as `\x1b` or `\u202e`. Everything else, including tabs and line feeds, stays as it is.
 *
 * ```ts
 * printable('cat\u001b[2J'); // 'cat\\x1b[2J'
 * ```
 *
 * @param text an untrusted class name, file name or error message
 */
export function printable(text: string): string {
  return text.replace(unprintable, written);
}

/**
 * {@link printable} text that stays on one line: tabs and line feeds are written out, too. For a name that stands in a list,
 * a cell or a message, where a line of its own could pass for another entry.
 *
 * ```ts
 * printableLine('cat\nerror: disk full'); // 'cat\\nerror: disk full'
 * ```
 */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** `\r`, `\x1b` or `\u202e`: a character as it is written in most programming languages. */
function written(letter: string): string {
  if (letter === '\r') return '\\r';
  const code = letter.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * {@link printable} text that keeps its colours, as a traceback of Jupyter has them: the sequences that set a colour, and no others.
 */
export function colored(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
  const parts = text.split(/(\u001b\[[\d;]*m)/);
  return parts.map((part, i) => (i % 2 === 1 ? part : printable(part))).join('');
}
