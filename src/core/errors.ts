/**
 * An error that the user can correct: bad input, a missing file, no network.
 *
 * The message says what was received, what was expected and what to do. The command line prints it as one line without a
 * stack; other errors are defects of this package and are printed with their stack.
 *
 * @example
 * ```ts
 * import { imageFolder, train, UserError } from 'tunebook';
 *
 * try {
 *   await train(imageFolder('photos'), { epochs: 0 });
 * } catch (error) {
 *   if (!(error instanceof UserError)) throw error;
 *   error.message.slice(0, 21); // => 'train: epochs must be'
 * }
 * ```
 */
export class UserError extends Error {
  /** 'UserError' */
  override readonly name = 'UserError';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Format any value for an error message, also an untrusted one: short, on one line, text in quotes.
 *
 * @param length largest number of characters
 *
 * @example
 * shown('../../etc\n'); // '"../../etc\\n"'
 */
export function shown(value: unknown, length = 80): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = Array.isArray(value) ? '[...]' : '{...}'; // circular, with a bigint, or nested too deeply
  }
  const line = text.replace(/[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, escaped);
  return line.length > length ? `${line.slice(0, length - 3)}...` : line;
}

/** JSON itself escapes only characters below a space. */
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
