'use strict';
// The TypeScript compiler inside tslab, with two repairs: its output has source maps, and `{ seed }` finds the `seed` of an
// earlier cell.

const path = require('node:path');
const { composeMaps, takeSourceMap } = require('./positions.cjs');
const { shorthandTransformer } = require('./shorthand.cjs');

/** @typedef {typeof import('typescript')} Compiler */

/** @param {Compiler} ts the compiler; it stays as it is @returns {Compiler} the repaired one */
function repairCompiler(ts) {
  const own = Object.fromEntries(
    Object.keys(ts).map((key) => [key, { enumerable: true, configurable: true, get: () => ts[key] }]),
  );
  own.createWatchCompilerHost = { enumerable: true, value: (...args) => createHost(ts, ...args) };
  own.transpileModule = { enumerable: true, value: (...args) => transpile(ts, ...args) };
  return Object.defineProperties({}, own);
}

/** The first step: TypeScript to modern JavaScript. */
function createHost(ts, files, options, ...rest) {
  const host = ts.createWatchCompilerHost(files, { ...options, inlineSourceMap: true }, ...rest);
  let afterProgramCreate = host.afterProgramCreate;
  return Object.defineProperty(host, 'afterProgramCreate', {
    get: () => (builder) => afterProgramCreate(withShorthands(ts, builder)),
    // tslab sets its own when it has the host
    set: (callback) => {
      afterProgramCreate = callback;
    },
  });
}

/** A builder whose emitter sees shorthand properties before tslab's transformer does. */
function withShorthands(ts, builder) {
  const emit = (file, writeFile, cancellation, onlyDeclarations, transformers) => {
    const shorthands = shorthandTransformer(ts, builder.getProgram().getTypeChecker());
    const after = [shorthands, ...(transformers?.after ?? [])];
    return builder.emit(file, writeFile, cancellation, onlyDeclarations, { ...transformers, after });
  };
  return { ...builder, emit };
}

/** The second step: modules to CommonJS. Its map is composed with that of the first. */
function transpile(ts, input, settings) {
  const { code, map } = takeSourceMap(input);
  if (!map) return ts.transpileModule(input, settings);
  const compilerOptions = { ...settings.compilerOptions, sourceMap: true };
  const result = ts.transpileModule(code, { ...settings, compilerOptions });
  const composed = composeMaps(map, JSON.parse(result.sourceMapText));
  // tslab's output folder exists by name only: `outDir` in the working folder.
  composed.sources = composed.sources.map((source) => path.resolve('outDir', source));
  const inline = Buffer.from(JSON.stringify(composed)).toString('base64');
  const bare = result.outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
  return { ...result, outputText: `${bare}//# sourceMappingURL=data:application/json;base64,${inline}` };
}

module.exports = { repairCompiler };
