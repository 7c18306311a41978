/** Characters that end a line in some programs; Python's `splitlines` splits at all of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const special = /[\\\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/g;

/**
 * Names as a file with one a line, such as classes.txt. In a name a backslash is written twice and what would end the line as
 * `\n` or `\u2028`, as in JSON, so that line i is name i whatever is in them; {@link parseLines} gives the same names back.
 *
 * ```ts
 * lines(['cat', 'two\nlines']); // 'cat\ntwo\\nlines\n'
 * ```
 */
export function lines(names: readonly string[]): string {
  return names.map((name) => `${name.replace(special, written)}\n`).join('');
}

/** The names in a file that {@link lines} wrote. */
export function parseLines(text: string): string[] {
  if (text === '') return [];
  const rows = text.replace(/\r?\n$/, '').split(/\r?\n/);
  return rows.map((row) =>
    row.replace(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code?: string, letter?: string) => {
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return letter === 'n' ? '\n' : letter === 'r' ? '\r' : letter!;
    }),
  );
}

function written(letter: string): string {
  if (letter === '\\') return '\\\\';
  if (letter === '\n') return '\\n';
  if (letter === '\r') return '\\r';
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
