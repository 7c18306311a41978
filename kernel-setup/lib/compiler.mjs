import { accessSync, constants, rmSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { pythonEnvironment } from './environment.mjs';
import { inCache, venvPython } from './paths.mjs';
import { pipInstall } from './pip.mjs';

/**
 * How to call a C++ compiler.
 *
 * @typedef {object} Compiler
 * @property {string} name shown to the user
 * @property {string} program
 * @property {string[]} parameters that come before all others
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * The path of a program, or undefined if it is not installed.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function which(name) {
  const places = isAbsolute(name)
    ? [name]
    : (process.env.PATH ?? '').split(delimiter).map((place) => join(place, name));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The C++ compilers of this machine, best first: the one that CXX names, otherwise all that have a usual name.
 *
 * @returns {Compiler[]}
 */
export function systemCompilers() {
  const wanted = process.env.CXX?.trim();
  const names = wanted ? [wanted] : ['c++', 'g++', 'clang++'];
  return names.flatMap((name) => {
    // CXX may contain a launcher or options, as in 'ccache g++'; a path with spaces is taken as one program
    const [program = '', ...parameters] = which(name) ? [name] : name.split(/\s+/);
    return which(program) ? [{ name, program, parameters, env: process.env }] : [];
  });
}

/**
 * Download a C++ compiler for a machine that has none: zig, which contains clang and the C++ library, from a pinned wheel. It is used once
 * and takes 440 MB unpacked, so it is removed afterwards.
 *
 * @template T
 * @param {string} step
 * @param {(compiler: Compiler) => Promise<T>} work
 * @param {(line: string) => void} [onLine] called with each line that pip prints
 * @returns {Promise<T>}
 */
export async function withFetchedCompiler(step, work, onLine) {
  const folder = inCache('downloads', 'compiler');
  rmSync(folder, { recursive: true, force: true });
  try {
    const more = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-compile', '--target', folder];
    await pipInstall(step, 'compiler', { what: 'a C++ compiler (ziglang)', onLine, more });
    return await work({
      name: 'zig c++ (ziglang)',
      program: venvPython(),
      parameters: ['-m', 'ziglang', 'c++'],
      env: {
        ...pythonEnvironment(),
        PYTHONPATH: folder,
        ZIG_GLOBAL_CACHE_DIR: join(folder, 'cache'),
        ZIG_LOCAL_CACHE_DIR: join(folder, 'cache'),
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
