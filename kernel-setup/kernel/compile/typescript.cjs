'use strict';
// The TypeScript that compiles cells. The one inside tslab is of 2023; this one is current and still has a JavaScript interface.

module.exports = { ts: require('typescript-for-cells') };
