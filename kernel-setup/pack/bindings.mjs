// Builds the bindings that the package contains, for all platforms, so that nobody who installs it needs a compiler. The compiler is zig,
// from a pinned wheel: it has clang and the C libraries of every platform. The binding needs only the names of TensorFlow's functions, so it
// is linked with libraries that have the names and nothing else. The result is the same, byte for byte, wherever and whenever it is built.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bindingSources, linkBinding } from '../lib/binding.mjs';
import { failure, run } from '../lib/child.mjs';
import { withFetchedCompiler } from '../lib/compiler.mjs';
import { SetupError } from '../lib/errors.mjs';
import { inPackage } from '../lib/packages.mjs';
import { setupCommand } from '../lib/paths.mjs';
import { sha256 } from '../lib/pip.mjs';
import { platforms } from '../lib/platform.mjs';
import { bindingHashes, hashesFile, prebuiltBinding, prebuiltFile } from '../lib/prebuilt.mjs';
import { formatSeconds } from '../lib/report.mjs';
import { writeWhole } from '../lib/stamps.mjs';
import { tensorflowHome, tensorflowVariant } from '../lib/tensorflow-variant.mjs';
import { tfjsFolder } from '../lib/tfjs-node.mjs';

const STEP = 'bindings';

/**
 * The functions of TensorFlow's C interface that the binding calls, and a few types, whose names do no harm.
 *
 * @param {import('../lib/platform.mjs').Platform} platform
 */
function tensorflowNames(platform) {
  const sources = bindingSources(platform).map((file) => readFileSync(file, 'utf8'));
  return [...new Set(sources.join('\n').match(/\bTFE?_[A-Z]\w+/g))].sort();
}

/** TensorFlow's headers, which are the same for all platforms. */
function headers() {
  const folder = join(tensorflowHome(tensorflowVariant()), 'tensorflow', 'include');
  if (existsSync(folder)) return folder;
  throw new SetupError(`${folder} is missing: run \`${setupCommand}\` first.`);
}

/**
 * Make a library that has only names.
 *
 * @param {import('../lib/compiler.mjs').Compiler} zig
 * @param {import('../lib/platform.mjs').Platform} platform
 * @param {string} file
 * @param {string} name by which the binding will look for the library
 * @param {readonly string[]} functions
 */
async function makeNamesOnly(zig, platform, file, name, functions) {
  const source = `${file}.c`;
  writeFileSync(source, functions.map((word) => `void ${word}(void) {}\n`).join(''));
  const named = name.endsWith('.dylib') ? `-Wl,-install_name,@rpath/${name}` : `-Wl,-soname,${name}`;
  const parameters = [
    ...zig.parameters.with(-1, 'cc'),
    '-target',
    platform.target,
    '-shared',
    '-g0',
    named,
    source,
    '-o',
    file,
  ];
  const { code, log } = await run(STEP, zig.program, parameters, { env: zig.env });
  if (code !== 0) throw failure(STEP, log, `making ${name}`);
}

/**
 * @param {import('../lib/compiler.mjs').Compiler} zig
 * @param {import('../lib/platform.mjs').Platform} platform
 * @param {string} target
 */
export async function buildFor(zig, platform, target) {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-binding-'));
  try {
    const functions = tensorflowNames(platform);
    const inputs = [];
    for (const [i, name] of platform.libraries.entries()) {
      inputs.push(join(folder, name));
      await makeNamesOnly(zig, platform, join(folder, name), name, i === 0 ? functions : []);
    }
    const include = headers();
    // paths of this machine would make the result different on another
    const places = {
      tfjs: tfjsFolder(),
      tensorflow: include,
      node: inPackage('node-api-headers', 'include'),
      '.': folder,
    };
    const more = ['-target', platform.target, '-g0', '-s'];
    for (const [short, place] of Object.entries(places)) more.push(`-ffile-prefix-map=${place}=${short}`);
    const made = join(folder, 'binding.node');
    // Linux: the second library is loaded, too, although nothing is taken from it; macOS: a library contains its own name
    const options =
      platform.origin === '$ORIGIN' ? ['-Wl,--no-as-needed'] : ['-Wl,-install_name,@rpath/tfjs_binding.node'];
    const linked = [...options, ...inputs];
    await linkBinding(STEP, zig, { include, inputs: linked, target: made, more, platform });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(made, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The platforms whose bindings are not in dist/bindings, or not the expected ones.
 *
 * @param {boolean} all whether to build also what is there
 */
export async function bindingsToBuild(all) {
  /** @type {string[]} */
  const missing = [];
  for (const name of Object.keys(platforms)) {
    if (all || (await prebuiltBinding(name)) === undefined) missing.push(name);
  }
  return missing;
}

/**
 * Build bindings, and compare them with the expected ones.
 *
 * @param {readonly string[]} names of platforms
 * @param {object} options
 * @param {boolean} [options.update] write the hashes of what was built into the sources, instead of comparing with them
 * @param {(text: string) => void} [options.say]
 * @throws {SetupError} if a result is not the expected one
 */
export async function buildBindings(names, { update = false, say = () => {} }) {
  /** @type {Record<string, string>} */
  const hashes = {};
  await withFetchedCompiler(STEP, async (zig) => {
    for (const [i, name] of names.entries()) {
      // zig compiles the C++ library for each platform, file by file, and prints nothing meanwhile
      say(`building the binding for ${name} (${i + 1} of ${names.length}): minutes, in which nothing is printed`);
      const begin = performance.now();
      const platform = platforms[name];
      if (platform) await buildFor(zig, platform, prebuiltFile(name));
      hashes[name] = await sha256(prebuiltFile(name));
      say(`built in ${formatSeconds((performance.now() - begin) / 1000)}: sha256 ${hashes[name]}`);
    }
  });
  // a platform that has no hash yet gets one
  const recorded = update ? hashes : { ...hashes, ...bindingHashes() };
  const expected = Object.fromEntries(Object.keys(platforms).map((name) => [name, recorded[name]]));
  writeWhole(hashesFile(), `${JSON.stringify(expected, null, 2)}\n`);
  const other = names.filter((name) => hashes[name] !== expected[name]);
  if (other.length === 0) return;
  throw new SetupError(
    `The binding for ${other.join(', ')} is not the expected one: ${hashes[other[0] ?? '']}, expected ${expected[other[0] ?? '']}. ` +
      'If its sources, TensorFlow or the compiler were changed: `npm run prepack -- --update` writes the new hashes.',
  );
}
