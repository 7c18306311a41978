import { connect, createServer } from 'node:net';

/**
 * Whether no program listens on a port of this machine's own address.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.on('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}

/**
 * Whether a program accepts connections at an address.
 *
 * @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function answers(host, port) {
  return new Promise((done) => {
    const socket = connect({ host, port });
    socket.on('error', () => done(false));
    socket.on('connect', () => {
      socket.destroy();
      done(true);
    });
  });
}

/**
 * The first free port from a given one on.
 *
 * @param {number} first
 * @param {number} [tries]
 * @returns {Promise<number | undefined>} undefined if all tried ports are taken
 */
export async function nextFree(first, tries = 100) {
  for (let port = first; port < first + tries && port <= 65535; port++) {
    if (await isFree(port)) return port;
  }
  return undefined;
}
