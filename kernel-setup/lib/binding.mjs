import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { failure, run } from './child.mjs';
import { systemCompilers, withFetchedCompiler } from './compiler.mjs';
import { messageOf, SetupError } from './errors.mjs';
import { inPackage } from './packages.mjs';
import { inProject } from './paths.mjs';
import { platformFacts } from './platform.mjs';
import { contentsOf, filesIn, hashOf } from './stamps.mjs';
import { tfjsFolder } from './tfjs-node.mjs';

/** Node-API version 8 is in every Node since 15.12; tfjs-node looks for its binding in a folder of this name. */
const NAPI = 8;
const OPTIONS = ['-O2', '-fPIC', '-std=c++17', `-DNAPI_VERSION=${NAPI}`, '-DBUILDING_NODE_EXTENSION'];

/**
 * The files that the binding is compiled from: tfjs-node's, and ours.
 *
 * @param {import('./platform.mjs').Platform} platform
 */
function sourcesFor({ guarded = [] }) {
  const theirs = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsFolder(), 'binding', name));
  return guarded.length > 0 ? [...theirs, inProject('kernel-setup', 'binding', 'signals.cc')] : theirs;
}

/**
 * The files that the binding is compiled from, with those that they include.
 *
 * @param {import('./platform.mjs').Platform} [platform] default: this one
 */
export const bindingSources = (platform = platformFacts()) => [
  ...new Set([...filesIn(join(tfjsFolder(), 'binding'), /\.(cc|h)$/), ...sourcesFor(platform)]),
];

/** A text that is another when a binding that is compiled here would be another. */
export const bindingKey = () =>
  hashOf([...contentsOf(bindingSources(), tfjsFolder()), ...OPTIONS, ...(platformFacts().guarded ?? [])]);

/** Where tfjs-node looks for its binding. */
export const bindingFile = () => join(tfjsFolder(), 'lib', `napi-v${NAPI}`, 'tfjs_binding.node');

/** The link, next to the binding, to the folder with TensorFlow's libraries. */
export const librariesLink = () => join(tfjsFolder(), 'deps', 'lib');

/**
 * Compile tfjs-node's binding against TensorFlow's libraries. The result is stored next to the libraries, so that a new node_modules needs
 * no second compilation.
 *
 * @param {string} step
 * @param {string} home folder that holds `tensorflow/`
 * @param {(what: string) => void} onStage
 * @returns {Promise<string>} the compiled file
 */
export async function compileBinding(step, home, onStage) {
  const target = join(home, 'binding', `tfjs_binding-${bindingKey()}.node`);
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  /** @type {SetupError | undefined} */
  let refused;
  for (const compiler of systemCompilers()) {
    onStage(`compiling the binding with ${compiler.name}`);
    try {
      await compileWith(step, compiler, home, target);
      return target;
    } catch (error) {
      refused = error instanceof SetupError ? error : new SetupError(messageOf(error));
    }
  }
  // the user asked for this compiler by name, so it must not be replaced silently
  if (refused && process.env.CXX) throw refused;
  onStage('fetching a C++ compiler (101 MB), as this machine has none that works');
  await withFetchedCompiler(step, async (compiler) => {
    onStage(`compiling the binding with ${compiler.name}, about 90 s`);
    await compileWith(step, compiler, home, target);
  });
  return target;
}

/**
 * @param {string} step
 * @param {import('./compiler.mjs').Compiler} compiler
 * @param {string} home
 * @param {string} target
 */
async function compileWith(step, compiler, home, target) {
  const libraries = join(home, 'tensorflow');
  const include = join(libraries, 'include');
  const inputs = platformFacts().libraries.map((name) => join(libraries, name));
  await linkBinding(step, compiler, { include, inputs, target });
}

/**
 * Compile and link the binding.
 *
 * @param {string} step
 * @param {import('./compiler.mjs').Compiler} compiler
 * @param {object} options
 * @param {string} options.include folder of TensorFlow's headers
 * @param {readonly string[]} options.inputs TensorFlow's libraries
 * @param {string} options.target the file to make
 * @param {readonly string[]} [options.more] further options of the compiler
 * @param {import('./platform.mjs').Platform} [options.platform] default: this one
 */
export async function linkBinding(
  step,
  compiler,
  { include: headers, inputs, target, more = [], platform = platformFacts() },
) {
  const include = ['-I', inPackage('node-api-headers', 'include'), '-I', headers];
  const sources = sourcesFor(platform);
  const objects = sources.map((source) => `${target}.${basename(source)}.o`);
  const part = `${target}.part`;
  const what = `compiling TensorFlow's binding with ${compiler.name}`;
  const call = async (/** @type {string[]} */ parameters) => {
    const { code, log } = await run(step, compiler.program, [...compiler.parameters, ...parameters], {
      env: compiler.env,
    });
    if (code !== 0) throw failure(step, log, what, 'Name another compiler in CXX');
  };
  try {
    const compiled = await Promise.allSettled(
      sources.map((source, i) => call([...OPTIONS, ...more, ...include, '-c', source, '-o', objects[i] ?? ''])),
    );
    for (const result of compiled) if (result.status === 'rejected') throw result.reason;
    // at run time the libraries are found relative to the binding, wherever the project folder is
    const search = `-Wl,-rpath,${platform.origin}/../../deps/lib`;
    // the functions of Node are in the program that loads the binding, which macOS must be told
    const fromNode = platform.origin === '@loader_path' ? ['-Wl,-undefined,dynamic_lookup'] : [];
    const guarded = (platform.guarded ?? []).map((name) => `-Wl,--wrap=${name}`);
    await call(['-shared', ...more, ...objects, ...inputs, ...guarded, ...fromNode, search, '-o', part]);
    renameSync(part, target);
  } finally {
    for (const file of [...objects, part]) rmSync(file, { force: true });
  }
}

/**
 * Put the binding into node_modules, with a link to the libraries.
 *
 * The link is a directory link: the CUDA library finds NVIDIA's through `$ORIGIN/../nvidia`, and `$ORIGIN` is the path
 * before links are resolved. It is relative, so that the project can be moved.
 *
 * @param {string} compiled
 * @param {string} home
 */
export function installBinding(compiled, home) {
  mkdirSync(dirname(bindingFile()), { recursive: true });
  copyFileSync(compiled, `${bindingFile()}.new`);
  renameSync(`${bindingFile()}.new`, bindingFile());
  const link = librariesLink();
  mkdirSync(dirname(link), { recursive: true });
  rmSync(`${link}.new`, { recursive: true, force: true });
  symlinkSync(relative(dirname(link), join(home, 'tensorflow')), `${link}.new`);
  rmSync(link, { recursive: true, force: true });
  renameSync(`${link}.new`, link);
}

/** @returns {string} the version of tfjs-node */
export function tfjsVersion() {
  try {
    return JSON.parse(readFileSync(join(tfjsFolder(), 'package.json'), 'utf8')).version;
  } catch {
    return 'none';
  }
}
