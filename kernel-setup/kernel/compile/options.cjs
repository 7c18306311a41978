'use strict';
// The compiler options for cells: those of the notebook's tsconfig.json; without one, strict checks, except those that would only ask for
// more type annotations (see problems.cjs). The options that cells need in order to work cannot be changed.

const path = require('node:path');
const { ts } = require('./typescript.cjs');

const defaults = {
  strict: true,
  noImplicitAny: true, // lets `const rows = []` grow by push; problems.cjs also accepts function f(x) {}
  noImplicitThis: false,
  strictPropertyInitialization: false,
  useUnknownInCatchVariables: false, // allows catch (error) { error.message }
  lib: ['lib.esnext.d.ts'],
};

/** Node 20 to 26 run this version of JavaScript; newer syntax such as `using` is translated. */
const fixed = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  esModuleInterop: true,
  allowSyntheticDefaultImports: true,
  resolveJsonModule: true,
  allowJs: true,
  checkJs: false,
  maxNodeModuleJsDepth: 0,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: false,
  noEmitHelpers: true,
  importHelpers: false,
  sourceMap: true,
  inlineSourceMap: false,
  newLine: ts.NewLineKind.LineFeed,
  removeComments: true,
  preserveConstEnums: true,
  suppressOutputPathCheck: true,
};
/** Options that are useless or harmful for cells, whose declarations are used in later cells and which write nothing to disk. */
const without = [
  ...['declaration', 'declarationMap', 'emitDeclarationOnly', 'composite', 'incremental', 'tsBuildInfoFile'],
  ...['outDir', 'outFile', 'rootDir', 'sourceRoot', 'mapRoot', 'inlineSources', 'noEmitOnError'],
  ...['isolatedModules', 'isolatedDeclarations', 'verbatimModuleSyntax', 'noUnusedLocals', 'noUnusedParameters'],
  ...['customConditions', 'plugins', 'jsx', 'project', 'ignoreDeprecations', 'allowUnusedLabels'],
];

/** The major versions of Node whose types are installed. */
const typesOf = [20, 22, 24, 26];

/** @returns {string} the folder with the types of the running Node */
function nodeTypes() {
  const major = Number(process.versions.node.split('.')[0]);
  const found = typesOf.filter((version) => version <= major).at(-1) ?? typesOf[0];
  return path.dirname(require.resolve(`node-types-${found}/package.json`));
}

/** @param {string} folder the notebook's folder @returns {{ options: import('typescript').CompilerOptions, errors: import('typescript').Diagnostic[], lenient: boolean }} */
function readOptions(folder) {
  const file = path.join(folder, 'tsconfig.json');
  let given = {};
  let errors = [];
  if (ts.sys.fileExists(file)) {
    const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
    const host = { ...ts.sys, readDirectory: () => [] }; // the files that tsconfig.json lists do not belong to the notebook
    const parsed = ts.parseJsonConfigFileContent(config ?? {}, host, folder, undefined, file);
    const noInputs = 18003;
    errors = [...(error ? [error] : []), ...parsed.errors.filter(({ code }) => code !== 18002 && code !== noInputs)];
    given = parsed.options;
  }
  const options = { ...defaults, ...given, ...fixed };
  for (const name of without) delete options[name];
  options.types = [...new Set([...(given.types ?? []).filter((name) => name !== '*'), 'node'])];
  return { options, errors, lenient: !ts.sys.fileExists(file) };
}

module.exports = { readOptions, nodeTypes };
