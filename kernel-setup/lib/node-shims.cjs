// @tensorflow/tfjs-node-gpu 4.22 calls two functions of `util` that Node 23 removed. Loaded with `node -r`, or required,
// before TensorFlow is.
const util = require('node:util');

util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
