'use strict';
// Describes a thrown value as plain data for the kernel. Anything can be thrown: errors whose `stack` is a getter that throws, proxies,
// objects that cannot be converted to text. For each of these there is a description.

const { inspect, types } = require('node:util');
const { toText, slice } = require('./kept.cjs');

const maxDepth = 4;
const maxErrors = 20;
const maxText = 100_000; // characters

/**
 * @typedef {object} Thrown
 * @property {'error' | 'value'} kind
 * @property {string} name the error's name; 'Thrown' for a value that is not an error
 * @property {string} message the error's message, or the value as text
 * @property {string} stack empty for a value that is not an error
 * @property {Thrown} [cause]
 * @property {Thrown[]} [errors] the parts of an AggregateError
 */

/** @param {unknown} value @param {import('node:util').InspectOptions} [options] @returns {string} */
function textOf(value, options = { depth: 1 }) {
  // First as the value asks to be shown, then without running its code.
  for (let customInspect = true; ; customInspect = false) {
    try {
      return shorten(inspect(value, { ...options, customInspect }));
    } catch (error) {
      if (error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
      if (!customInspect) return `[${typeof value} that cannot be shown]`;
    }
  }
}

/** @param {string} text */
function shorten(text) {
  if (text.length <= maxText) return text;
  return `${slice(text, 0, maxText)}\n... ${text.length - maxText} more characters`;
}

/** @param {object} error @param {string} name @returns {unknown} undefined if reading it throws */
function read(error, name) {
  try {
    return error[name];
  } catch {
    return undefined;
  }
}

/** @param {object} error @param {string} name @param {string} otherwise */
function readText(error, name, otherwise) {
  try {
    return shorten(toText(error[name] ?? otherwise));
  } catch {
    return otherwise;
  }
}

function isError(thrown) {
  if (types.isNativeError(thrown)) return true;
  return typeof thrown === 'object' && thrown !== null && typeof read(thrown, 'stack') === 'string';
}

/** @param {unknown} thrown anything @returns {Thrown} */
function describeThrown(thrown, depth = 0) {
  if (!isError(thrown)) return { kind: 'value', name: 'Thrown', message: textOf(thrown), stack: '' };
  const described = {
    kind: 'error',
    name: readText(thrown, 'name', 'Error') || 'Error',
    message: readText(thrown, 'message', '(its message cannot be read)'),
    stack: readText(thrown, 'stack', ''),
  };
  if (depth >= maxDepth) return described;
  const cause = read(thrown, 'cause');
  if (cause !== undefined) described.cause = describeThrown(cause, depth + 1);
  const errors = read(thrown, 'errors');
  if (typeof errors === 'object' && errors !== null) {
    const count = Number(read(errors, 'length')) || 0;
    described.errors = [];
    for (let i = 0; i < count && i < maxErrors; i++)
      described.errors[i] = describeThrown(read(errors, toText(i)), depth + 1);
  }
  return described;
}

module.exports = { describeThrown, textOf, shorten };
