'use strict';
// What is shown for a cell's last expression.

const path = require('node:path');
const { textOf, shorten } = require('./thrown.cjs');

/** @typedef {Record<string, unknown>} MimeBundle MIME type to data */

const mimeModule = path.resolve(__dirname, '..', '..', '..', 'dist', 'src', 'notebook', 'mime.js');

/**
 * @param {unknown} value any value except undefined and null
 * @returns {Promise<{ data: MimeBundle, metadata: Record<string, unknown> }> | { data: MimeBundle, metadata: object }} a chart, a
 *   table or the result of the value's display method; otherwise text
 */
function displayOf(value) {
  return typeof value === 'object' || typeof value === 'function' ? richDisplayOf(value) : asText(value);
}

async function richDisplayOf(value) {
  const mime = loadMime();
  const data = await mime?.toMimeBundle(value);
  return data ? { data, metadata: mime.displayMetadata(data) } : undefined;
}

/** @param {unknown} value */
function asText(value) {
  const text = typeof value === 'string' ? shorten(value) : textOf(value, {});
  return { data: { 'text/plain': text }, metadata: {} };
}

/** tunebook's module for rich output. Values of a project that is not built yet are shown as text. */
function loadMime() {
  try {
    return require(mimeModule);
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND' && String(error.message).includes(mimeModule)) return undefined;
    throw error;
  }
}

module.exports = { displayOf, asText };
