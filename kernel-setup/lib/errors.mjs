/** Something that the person at the keyboard can mend: the message is one line, the cause and then the remedy. */
export class SetupError extends Error {
  name = 'SetupError';

  /** @param {string} message */
  constructor(message) {
    super(message.replace(/\s*\n\s*/g, ' ').trim());
  }
}

/**
 * @param {unknown} error
 * @returns {string} its message, for any thrown value
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
