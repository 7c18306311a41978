// @tensorflow/tfjs-node-gpu 4.22 calls two functions of `util` that Node 23 removed; this restores them. Load it with `node -r` or
// `require` before TensorFlow.
const util = require('node:util');

util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
