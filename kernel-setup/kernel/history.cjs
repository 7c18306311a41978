'use strict';
// The cells that ran in this session. Consoles show them with the arrow keys.

class History {
  /** @type {[session: number, line: number, code: string][]} */
  #entries = [];

  /** @param {number} count @param {string} code */
  add(count, code) {
    this.#entries.push([1, count, code]);
  }

  /** @param {Record<string, unknown>} request the content of a history_request */
  reply(request) {
    const found = this.#find(request);
    const history = request.output ? found.map(([session, line, code]) => [session, line, [code, null]]) : found;
    return { status: 'ok', history };
  }

  #find({ hist_access_type: kind, n = this.#entries.length, start = 0, stop = Infinity, pattern = '*', unique }) {
    if (kind === 'range') return this.#entries.filter(([, line]) => line >= start && line < stop);
    if (kind === 'tail') return this.#entries.slice(-n);
    const matches = globPattern(String(pattern));
    const found = this.#entries.filter(([, , code]) => matches.test(code));
    const last = new Map(found.map((entry) => [entry[2], entry]));
    return (unique ? found.filter((entry) => last.get(entry[2]) === entry) : found).slice(-n);
  }
}

/** `*` stands for any text, `?` for one character. @param {string} pattern */
function globPattern(pattern) {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${escaped}$`);
}

module.exports = { History };
