// tfjs-node 4.22 calls two functions of `util` that Node 22 warns of and Node 23 removed; this replaces them. Load it with `node -r` or
// `require` before TensorFlow.
const util = require('node:util');

util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;
