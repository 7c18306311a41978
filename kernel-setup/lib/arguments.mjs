import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { messageOf, SetupError } from './errors.mjs';

/**
 * Read a command's options.
 *
 * @param {readonly string[]} argv
 * @param {string} usage one line
 * @param {Record<string, {type: 'string' | 'boolean'}>} options
 * @returns {Record<string, string | boolean | undefined>}
 * @throws {SetupError} for an unknown option or an unexpected argument; the message ends with the usage
 */
export function readOptions(argv, usage, options) {
  try {
    return parseArgs({ args: [...argv], options: { ...options, help: { type: 'boolean' } }, strict: true }).values;
  } catch (error) {
    const [what] = messageOf(error).split('. ');
    throw new SetupError(`${what}. Usage: ${usage}`);
  }
}

/**
 * @param {string | boolean | undefined} given
 * @returns {number | undefined}
 * @throws {SetupError} if it is not a port number
 */
export function readPort(given) {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (typeof given === 'string' && /^\d+$/.test(given) && port >= 1 && port <= 65535) return port;
  throw new SetupError(`--port takes a number from 1 to 65535, not '${given}'.`);
}

/**
 * @param {string | boolean | undefined} given
 * @returns {string | undefined}
 * @throws {SetupError} if it is not an IP address
 */
export function readIp(given) {
  if (given === undefined) return undefined;
  if (typeof given === 'string' && isIP(given) !== 0) return given;
  throw new SetupError(`--ip takes an IP address like 127.0.0.1, not '${given}'.`);
}
