import { release } from 'node:os';
import { SetupError } from './errors.mjs';

/**
 * What the set-up must know of a platform.
 *
 * @typedef {object} Platform
 * @property {string} title
 * @property {{cpu: string, gpu?: string}} pins file in requirements/ with TensorFlow's wheels, by build
 * @property {string} home what the names of TensorFlow's folders end in, as machines of several kinds may share a cache
 * @property {readonly string[]} wheels platform tags of the wheels that can be installed, see PEP 425
 * @property {readonly [string, ...string[]]} libraries TensorFlow's libraries, which the binding is linked with
 * @property {readonly string[]} files what to unpack from TensorFlow's wheel besides headers and licences: regular expressions of paths
 * @property {string} origin how a library names its own folder in a search path
 * @property {string} target the platform's name in zig, with the oldest C library or system that is supported
 * @property {readonly string[]} [guarded] functions of TensorFlow whose calls go through kernel-setup/binding/signals.cc, which says why
 * @property {string} [untested] why it is experimental
 */

const LINUX_FILES = String.raw`^tensorflow/libtensorflow_(cc|framework)\.so\.2$`;
const LINUX_LIBRARIES = /** @type {const} */ (['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);

/** Wheels for Linux name the oldest C library that they run with, and pip must be given every acceptable name. */
const linuxWheels = (/** @type {string} */ machine) =>
  [
    ...Array.from({ length: 24 }, (_, i) => `manylinux_2_${28 - i}`),
    'manylinux2014',
    'manylinux2010',
    'manylinux1',
  ].map((tag) => `${tag}_${machine}`);

/** The platforms that TensorFlow 2.21 is published for with a C interface. @type {Readonly<Record<string, Platform>>} */
export const platforms = {
  'linux-x64': {
    title: 'Linux x86_64',
    pins: { cpu: 'tensorflow-cpu', gpu: 'tensorflow-gpu' },
    home: '',
    wheels: linuxWheels('x86_64'),
    libraries: LINUX_LIBRARIES,
    files: [LINUX_FILES],
    origin: '$ORIGIN',
    target: 'x86_64-linux-gnu.2.17',
    guarded: ['TFE_NewContext', 'TFE_Execute', 'TF_NewGraph', 'TF_LoadSessionFromSavedModel', 'TF_SessionRun'],
  },
  'linux-arm64': {
    title: 'Linux arm64',
    pins: { cpu: 'tensorflow-linux-arm64' },
    home: '-linux-arm64',
    wheels: linuxWheels('aarch64'),
    libraries: LINUX_LIBRARIES,
    files: [LINUX_FILES],
    origin: '$ORIGIN',
    target: 'aarch64-linux-gnu.2.28',
  },
  'darwin-arm64': {
    title: 'macOS on Apple silicon',
    pins: { cpu: 'tensorflow-darwin-arm64' },
    home: '-darwin-arm64',
    wheels: ['14', '13', '12', '11'].flatMap((version) => [
      `macosx_${version}_0_arm64`,
      `macosx_${version}_0_universal2`,
    ]),
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    files: [String.raw`^tensorflow/libtensorflow_(cc|framework)\.2\.dylib$`],
    origin: '@loader_path',
    target: 'aarch64-macos.12.0',
    untested: 'nobody has told us yet whether it runs there',
  },
};

/** The oldest Darwin of macOS 12, which TensorFlow's wheel needs. */
const OLDEST_DARWIN = 21;

/**
 * What is known of a machine.
 *
 * @typedef {object} Machine
 * @property {string} platform as in process.platform
 * @property {string} arch as in process.arch
 * @property {string} [glibc] version of the GNU C library; undefined if the system has another
 * @property {string} [kernel] as in os.release()
 * @property {boolean} [archives] whether the packages are in archives that only Yarn's Plug'n'Play can read
 */

/** @returns {Machine} */
export function thisMachine() {
  const { header } = /** @type {{header: {glibcVersionRuntime?: string}}} */ (process.report.getReport());
  const { platform, arch } = process;
  const archives = 'pnp' in process.versions;
  return { platform, arch, glibc: header.glibcVersionRuntime, kernel: release(), archives };
}

/**
 * Why a machine cannot run the pinned binaries, and what to do, in one line; undefined if it can.
 *
 * @param {Machine} machine
 * @returns {string | undefined}
 */
export function whyUnsupported({ platform, arch, glibc, kernel = '', archives = false }) {
  const known = Object.values(platforms)
    .map(({ title }) => title)
    .join(', ');
  if (platform === 'win32') {
    return 'tunebook runs on Windows inside WSL 2: run `wsl --install -d Debian` once, then install Node and tunebook in its terminal (README, Requirements).';
  }
  if (platform === 'darwin' && arch === 'x64') {
    return 'tunebook needs a Mac with Apple silicon: TensorFlow is no longer published for Macs with Intel processors (nor does a Node for Intel help, under Rosetta). Use a Linux machine or container.';
  }
  if (!(`${platform}-${arch}` in platforms)) {
    return `tunebook runs on ${known}; this is ${platform} ${arch}. Use a Linux x86_64 machine, container or WSL 2.`;
  }
  if (platform === 'darwin' && Number.parseInt(kernel, 10) < OLDEST_DARWIN) {
    return `tunebook needs macOS 12 or newer; this is Darwin ${kernel}. Update macOS, or use a Linux machine or container.`;
  }
  if (archives) {
    return "tunebook needs its packages in folders, because TensorFlow and Jupyter cannot read Yarn's archives: write `nodeLinker: node-modules` into .yarnrc.yml, then run `yarn install` and the command again.";
  }
  if (platform === 'linux' && !glibc) {
    return "tunebook needs the GNU C library; this system has another (Alpine's musl?). Use a Debian or Ubuntu machine or container.";
  }
  return undefined;
}

/**
 * The facts about this platform.
 *
 * @param {string} [name]
 * @returns {Platform}
 * @throws {SetupError} if it is not supported
 */
export function platformFacts(name = `${process.platform}-${process.arch}`) {
  const facts = platforms[name];
  if (facts) return facts;
  const machine = thisMachine();
  throw new SetupError(whyUnsupported(machine) ?? `tunebook does not run on ${name}.`);
}
