'use strict';
// Converts positions in compiled code to positions in the text that the user wrote.

const { SourceMap } = require('node:module');

class Positions {
  /**
   * @param {string} map a source map, version 3
   * @param {(line: number, column: number) => { line: number, column: number } | undefined} [translate] from the compiled text to
   *   the user's; both from 0
   */
  constructor(map, translate = (line, column) => ({ line, column })) {
    this.map = new SourceMap(JSON.parse(map));
    this.translate = translate;
  }

  /**
   * @param {number} line in the compiled code, from 1
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
