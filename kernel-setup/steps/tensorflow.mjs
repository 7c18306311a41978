import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bindingFile, compileBinding, installBinding, librariesLink, tfjsVersion } from '../lib/binding.mjs';
import { runOrFail } from '../lib/child.mjs';
import { tensorflowEnvironment } from '../lib/environment.mjs';
import { SetupError } from '../lib/errors.mjs';
import { inProject } from '../lib/paths.mjs';
import { fetchWheel, removeWheel } from '../lib/pip.mjs';
import { hashOf } from '../lib/stamps.mjs';
import { tensorflowHome, tensorflowPins, tensorflowVariant } from '../lib/tensorflow-variant.mjs';
import { unpackWheel } from '../lib/wheel.mjs';

/** Of TensorFlow's wheel: the two libraries, the C headers that the binding includes, and the licences. */
const LIBRARIES = [
  String.raw`^tensorflow/libtensorflow_(cc|framework)\.so\.2$`,
  '^tensorflow/include/tensorflow/c/',
  '^tensorflow/include/(tensorflow/core|tsl|xla/tsl)/platform/ctstring',
  String.raw`^tensorflow/include/(xla/)?tsl/(c|platform)/[^/]*(status|ctstring)[^/]*\.h$`,
  String.raw`^tensorflow[^/]*\.dist-info/(METADATA|LICENSE)|THIRD_PARTY`,
].join('|');

/** Of NVIDIA's wheels: all but the headers. */
const NVIDIA = String.raw`^nvidia/(?!.*/include/)|\.dist-info/`;

/** Free space that the work needs at its fullest, in GB. */
const SPACE = { cpu: 1.2, gpu: 9 };

/** @param {string} home */
const listFile = (home) => join(home, 'complete.txt');

/** @param {import('../lib/tensorflow-variant.mjs').Variant} variant */
const wheelsKey = (variant) =>
  hashOf([LIBRARIES, NVIDIA, ...tensorflowPins(variant).map(({ name, version }) => `${name}==${version}`)]);

/**
 * Fetch the wheels one by one and unpack of each what is needed. What is whole stays when the work is cut short.
 *
 * @param {string} step
 * @param {import('../lib/report.mjs').Report} report
 * @param {import('../lib/tensorflow-variant.mjs').Variant} variant
 */
async function bringLibraries(step, report, variant) {
  const home = tensorflowHome(variant);
  const key = wheelsKey(variant);
  if (existsSync(listFile(home)) && readFileSync(listFile(home), 'utf8') === key) return home;
  const part = `${home}.part-${key}`;
  mkdirSync(part, { recursive: true });
  const free = statfsSync(part);
  const gigabytes = (free.bavail * free.bsize) / 1e9;
  const pins = tensorflowPins(variant);
  const unpacked = (/** @type {string} */ name) => join(part, `${name}.unpacked`);
  const begun = pins.some(({ name }) => existsSync(unpacked(name)));
  if (!begun && gigabytes < SPACE[variant]) {
    throw new SetupError(
      `TensorFlow needs ${SPACE[variant]} GB of disk and ${dirname(home)} has ${gigabytes.toFixed(1)} GB free. ` +
        'Make room, or name a folder on another disk in TUNEBOOK_CACHE, then run the command again; what is done is kept.',
    );
  }
  for (const [i, pin] of pins.entries()) {
    if (existsSync(unpacked(pin.name))) continue;
    const where = pins.length > 1 ? ` (${i + 1} of ${pins.length})` : '';
    const wheel = await fetchWheel(step, pin, {
      large: variant === 'gpu',
      onProgress: (done, total) => report.progress(`fetching ${pin.name} ${pin.version}${where}`, done, total),
    });
    await unpackWheel(step, wheel, part, i === 0 ? LIBRARIES : NVIDIA, (done, total) =>
      report.progress(`unpacking ${pin.name}${where}`, done, total),
    );
    writeFileSync(unpacked(pin.name), '');
    removeWheel(pin);
  }
  writeFileSync(listFile(part), key);
  rmSync(home, { recursive: true, force: true });
  renameSync(part, home);
  return home;
}

function linkTarget() {
  try {
    return readlinkSync(librariesLink());
  } catch {
    return 'none';
  }
}

/** @type {import('./step.mjs').Step} */
export const tensorflow = {
  name: 'tensorflow',
  get title() {
    const variant = tensorflowVariant();
    return `TensorFlow ${tensorflowPins(variant)[0]?.version} (${variant.toUpperCase()})`;
  },
  inputs: () => [wheelsKey(tensorflowVariant()), tfjsVersion(), linkTarget()],
  artefacts: () => [
    bindingFile(),
    join(librariesLink(), 'libtensorflow_cc.so.2'),
    listFile(tensorflowHome(tensorflowVariant())),
  ],
  async run(report) {
    const variant = tensorflowVariant();
    const home = await bringLibraries(this.name, report, variant);
    installBinding(await compileBinding(this.name, home, (what) => report.progress(what)), home);
    report.progress('a first calculation');
    const device = await tryTensorFlow(this.name);
    if (variant === 'gpu' && !device.gpu) {
      report.line('TensorFlow has CUDA but could use no GPU: it works on the CPU.');
    }
  },
};

/**
 * Load TensorFlow in a process of its own and multiply two matrices.
 *
 * @param {string} step
 * @returns {Promise<{tensorflow: string, tfjs: string, gpu: boolean}>}
 * @throws {SetupError} if it does not load, or multiplies wrongly
 */
export async function tryTensorFlow(step) {
  const script = inProject('kernel-setup', 'lib', 'tensorflow-smoke.cjs');
  const output = await runOrFail(step, process.execPath, [script], {
    env: tensorflowEnvironment(),
    what: 'the first calculation with TensorFlow',
    remedy: 'Remove .cache/tensorflow and run the command again',
  });
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  return JSON.parse(line ?? '{}');
}
