'use strict';
// The TypeScript that compiles cells. tslab carries one of 2023 inside; this one is current, and still has a JavaScript interface.

module.exports = { ts: require('typescript-for-cells') };
