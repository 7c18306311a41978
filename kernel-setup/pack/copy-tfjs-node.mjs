// Copies tfjs-node into dist/tfjs-node, for the package that `npm pack` makes.
//
// tunebook cannot have the package itself: where it looks for its binding, it loads node-pre-gyp, whose many dependencies serve only its install
// script, and that asks for a TensorFlow of 2022. TensorFlow.js's own package `@tensorflow/tfjs` is copied, too: it is one file that puts the
// packages of TensorFlow.js together, and its other dependencies (core-js) have install scripts as well.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inPackage, packageFolder } from '../lib/packages.mjs';
import { inProject } from '../lib/paths.mjs';
import { filesIn } from '../lib/stamps.mjs';

const NODE = '@tensorflow/tfjs-node-gpu';
const UNION = '@tensorflow/tfjs';

/** The copy. */
const target = (/** @type {string[]} */ ...parts) => inProject('dist', 'tfjs-node', ...parts);

/** How calls of `require` are replaced. Each is JavaScript. */
const REPLACEMENTS = {
  // finds the binding, which the set-up puts here
  '@mapbox/node-pre-gyp':
    "({ find: function () { return path.join(__dirname, '..', 'lib', 'napi-v8', 'tfjs_binding.node'); } })",
  // computes in browsers only
  '@tensorflow/tfjs-backend-webgl': '({})',
};

const REQUIRE = /\brequire\((["'])([^"']+)\1\)/g;

/**
 * The files that a module of CommonJS loads from its own package, itself included.
 *
 * @param {string} file
 * @param {Set<string>} found
 */
function withItsImports(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, , name = ''] of readFileSync(file, 'utf8').matchAll(REQUIRE)) {
    // package.json is replaced
    if (name.startsWith('.') && !name.endsWith('package.json'))
      withItsImports(sourceOf(join(dirname(file), name)), found);
  }
  return found;
}

/** @param {string} path as in `require('./io')`, of a file or a folder */
function sourceOf(path) {
  const file = [path, `${path}.js`, join(path, 'index.js')].find(
    (candidate) => candidate.endsWith('.js') && isFile(candidate),
  );
  if (file === undefined) throw new Error(`${path} is not a file of ${NODE}`);
  return file;
}

/** @param {string} file */
function isFile(file) {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * Copy a module with its calls of `require` replaced.
 *
 * @param {string} from
 * @param {string} to
 */
function copyModule(from, to) {
  const text = readFileSync(from, 'utf8')
    .replace(REQUIRE, (call, _, /** @type {string} */ name) => {
      if (name === UNION) return `require('${relative(dirname(to), target('tfjs.js'))}')`;
      return Object.entries(REPLACEMENTS).find(([replaced]) => replaced === name)?.[1] ?? call;
    })
    .replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}

/** Make the copy. */
export function copyTfjsNode() {
  const source = packageFolder(NODE);
  const { version, license } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  rmSync(target(), { recursive: true, force: true });
  for (const file of withItsImports(join(source, 'dist', 'index.js'))) copyModule(file, target(relative(source, file)));
  copyModule(inPackage(UNION, 'dist', 'tf.node.js'), target('tfjs.js'));
  for (const file of filesIn(join(source, 'binding'), /\.(cc|h)$/)) {
    mkdirSync(target('binding'), { recursive: true });
    copyFileSync(file, target(relative(source, file)));
  }
  // tfjs-node looks here for its name, by which it knows that it may use a GPU
  const manifest = { name: NODE, version, license, private: true, main: 'dist/index.js' };
  writeFileSync(target('package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(
    target('README.md'),
    `Copied from the npm packages ${NODE} and ${UNION} ${version}, Copyright Google LLC, under the Apache License 2.0.\n\n` +
      'Changed: the binding is looked for in lib/, backends for browsers are left out, and this folder has no install script.\n',
  );
}
