'use strict';
// What a cell shows for its last expression.

const path = require('node:path');
const { inspect } = require('node:util');

/** @typedef {Record<string, unknown>} MimeBundle MIME type to data */

const mimeModule = path.resolve(__dirname, '..', '..', 'dist', 'src', 'notebook', 'mime.js');

/**
 * @param {unknown} value anything but undefined and null
 * @returns {Promise<{ data: MimeBundle, metadata: Record<string, unknown> }>} a chart, a table or what the value's display
 *   method says; else text
 */
async function displayOf(value) {
  if (typeof value === 'object' || typeof value === 'function') {
    const mime = loadMime();
    const data = await mime?.toMimeBundle(value);
    if (data) return { data, metadata: mime.displayMetadata(data) };
  }
  return { data: { 'text/plain': typeof value === 'string' ? value : inspect(value) }, metadata: {} };
}

/** tunebook's own door to rich output. A project that is not built yet shows text. */
function loadMime() {
  try {
    return require(mimeModule);
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND' && String(error.message).includes(mimeModule)) return undefined;
    throw error;
  }
}

module.exports = { displayOf };
