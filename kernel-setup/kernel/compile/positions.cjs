'use strict';
// Where in the person's text is this line of compiled code?

const { SourceMap } = require('node:module');

class Positions {
  /**
   * @param {string} map a source map, version 3
   * @param {(line: number, column: number) => { line: number, column: number } | undefined} [translate] from the compiled text to
   *   the person's; both from 0
   */
  constructor(map, translate = (line, column) => ({ line, column })) {
    this.map = new SourceMap(JSON.parse(map));
    this.translate = translate;
  }

  /**
   * @param {number} line of the compiled code, from 1
   * @param {number} column from 1
   * @returns {{ line: number, column: number } | undefined} from 1
   */
  find(line, column) {
    const entry = this.map.findEntry(line - 1, column - 1);
    if (entry.originalLine === undefined) return undefined;
    const found = this.translate(entry.originalLine, entry.originalColumn);
    return found && { line: found.line + 1, column: found.column + 1 };
  }
}

module.exports = { Positions };
