'use strict';
// Where in a cell is this line of compiled code? tslab compiles twice (TypeScript to modern JavaScript, then its modules to
// CommonJS) and keeps no source map. Here both steps write one, and the two are composed into one.

const { SourceMap } = require('node:module');

const mapComment = /\n?\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** @param {string} code @returns {{ code: string, map: object | undefined }} the code without its inline source map, and the map */
function takeSourceMap(code) {
  const found = mapComment.exec(code);
  if (!found) return { code, map: undefined };
  const map = JSON.parse(Buffer.from(found[1], 'base64').toString());
  return { code: code.slice(0, found.index + 1), map };
}

/** @param {number} value @returns {string} base 64 VLQ, the numbers of a source map */
function encodeNumber(value) {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

/** @param {string} mappings @returns {number[][]} [line, column] of every place in the compiled code that has a mapping */
function mappedPlaces(mappings) {
  const places = [];
  mappings.split(';').forEach((segments, line) => {
    let column = 0;
    for (const segment of segments.split(',').filter(Boolean)) {
      let value = 0;
      for (let i = 0, shift = 0; i < segment.length; i++, shift += 5) {
        const digit = digits.indexOf(segment[i]);
        value |= (digit & 31) << shift;
        if (!(digit & 32)) break;
      }
      column += value & 1 ? -(value >> 1) : value >> 1;
      places.push([line, column]);
    }
  });
  return places;
}

/** @param {object} first source to middle @param {object} second middle to output @returns {object} source to output, version 3 */
function composeMaps(first, second) {
  const middle = new SourceMap(second);
  const source = new SourceMap(first);
  const lines = [];
  let last = { line: 0, column: 0 };
  let lastColumn = 0;
  let lastLine = -1;
  for (const [line, column] of mappedPlaces(second.mappings)) {
    const at = middle.findEntry(line, column);
    const origin = at.originalLine === undefined ? {} : source.findEntry(at.originalLine, at.originalColumn);
    if (origin.originalLine === undefined) continue;
    if (line !== lastLine) lastColumn = 0;
    lastLine = line;
    const numbers = [column - lastColumn, 0, origin.originalLine - last.line, origin.originalColumn - last.column];
    lines[line] ??= [];
    lines[line].push(numbers.map(encodeNumber).join(''));
    last = { line: origin.originalLine, column: origin.originalColumn };
    lastColumn = column;
  }
  const mappings = Array.from(lines, (segments) => (segments ?? []).join(',')).join(';');
  return { version: 3, sources: first.sources, names: [], mappings };
}

/** The lines of a source map, looked up by what V8 writes into a stack. */
class Positions {
  /**
   * @param {object} map
   * @param {number} linesBefore lines that tslab puts before the cell's text
   * @param {number} lines of the compiled code; below is only the call that starts the cell
   */
  constructor(map, linesBefore, lines) {
    this.map = new SourceMap(map);
    this.linesBefore = linesBefore;
    this.lines = lines;
  }

  /**
   * @param {number} line of the compiled code, from 1
   * @param {number} column from 1
   * @returns {{ line: number, column: number } | undefined} in the cell, from 1
   */
  find(line, column) {
    const entry = this.map.findEntry(line - 1, column - 1);
    const found = (entry.originalLine ?? -1) - this.linesBefore;
    return found < 0 ? undefined : { line: found + 1, column: entry.originalColumn + 1 };
  }
}

module.exports = { composeMaps, takeSourceMap, Positions };
