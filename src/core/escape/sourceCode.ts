/** Characters that must be escaped in a string literal, or would be invisible there. */
const special =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
  /[\\'\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu;

const named: Record<string, string> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text as a string literal in single quotes, on one line, with the same value in TypeScript, JavaScript and Python.
 *
 * ```ts
 * `let data = ${stringLiteral("it's\n")};`; // "let data = 'it\\'s\\n';"
 * ```
 */
export function stringLiteral(text: string): string {
  return `'${text.replace(special, (letter) => named[letter] ?? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}

/**
 * Quote a word for POSIX shells: unchanged when it has no special character, else in single quotes, or with control characters as
 * `$'...'` of POSIX 2024 (bash, zsh, ksh).
 *
 * ```ts
 * shellWord("it's"); // "'it'\\''s'"
 * ```
 */
export function shellWord(text: string): string {
  if (/^[\w@%+:,./][\w@%+=:,./-]*$/.test(text)) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
  const acts = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
  if (!acts.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = [...Buffer.from(text, 'utf8')].map((byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x27 || byte === 0x5c
      ? `\\${byte.toString(8).padStart(3, '0')}` // octal, as what follows \x would be read as its digits
      : String.fromCharCode(byte),
  );
  return `$'${escaped.join('')}'`;
}
