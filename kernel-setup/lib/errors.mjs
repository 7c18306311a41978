/** An error that the user can fix. The message is one line: the cause, then the remedy. */
export class SetupError extends Error {
  name = 'SetupError';

  /** @param {string} message */
  constructor(message) {
    super(message.replace(/\s*\n\s*/g, ' ').trim());
  }
}

/**
 * @param {unknown} error
 * @returns {string} the message of any thrown value
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
