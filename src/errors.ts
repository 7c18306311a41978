/**
 * A mistake the person at the keyboard can mend: bad input, a missing file, no network.
 *
 * The message says what was received, what was expected and what to do. The command line prints it as one line without a
 * stack; every other kind of error is a defect of tunebook and keeps its stack.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
