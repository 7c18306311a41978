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
import { cpus, hostname, release } from 'node:os';
import { dirname, join } from 'node:path';
import {
  bindingFile,
  bindingKey,
  compileBinding,
  installBinding,
  librariesLink,
  tfjsVersion,
} from '../lib/binding.mjs';
import { runOrFail } from '../lib/child.mjs';
import { tensorflowEnvironment } from '../lib/environment.mjs';
import { messageOf, SetupError } from '../lib/errors.mjs';
import { surveyGpus, tryEachGpu } from '../lib/gpu.mjs';
import { inProject } from '../lib/paths.mjs';
import { fetchWheel, removeWheel, sha256 } from '../lib/pip.mjs';
import { platformFacts } from '../lib/platform.mjs';
import { prebuiltBinding } from '../lib/prebuilt.mjs';
import { hashOf, writeWhole } from '../lib/stamps.mjs';
import {
  decision,
  noteGpus,
  SPACE,
  tensorflowHome,
  tensorflowPins,
  tensorflowVariant,
  unusedGpus,
} from '../lib/tensorflow-variant.mjs';
import { tfjsFolder } from '../lib/tfjs-node.mjs';
import { unpackWheel } from '../lib/wheel.mjs';

/** The files to unpack from TensorFlow's wheel: the libraries, the C headers that the binding includes, and the licences. */
const libraries = () =>
  [
    ...platformFacts().files,
    '^tensorflow/include/tensorflow/c/',
    '^tensorflow/include/(tensorflow/core|tsl|xla/tsl)/platform/ctstring',
    String.raw`^tensorflow/include/(xla/)?tsl/(c|platform)/[^/]*(status|ctstring)[^/]*\.h$`,
    String.raw`^tensorflow[^/]*\.dist-info/(METADATA|LICENSE)|THIRD_PARTY`,
  ].join('|');

/** The files to unpack from NVIDIA's wheels: all but the headers. */
const NVIDIA = String.raw`^nvidia/(?!.*/include/)|\.dist-info/`;

/** @param {string} home */
const listFile = (home) => join(home, 'complete.txt');

/** @param {import('../lib/tensorflow-variant.mjs').Variant} variant */
const wheelsKey = (variant) =>
  hashOf([libraries(), NVIDIA, ...tensorflowPins(variant).map(({ name, version }) => `${name}==${version}`)]);

/**
 * Download the wheels one by one and unpack the files that are needed. Complete wheels are kept if the work is interrupted.
 *
 * @param {string} step
 * @param {import('../lib/report.mjs').Report} report
 * @param {import('../lib/tensorflow-variant.mjs').Variant} variant
 */
async function fetchLibraries(step, report, variant) {
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
        'Free some space, or name a folder on another disk in TUNEBOOK_CACHE, then run the command again; what is done is kept.',
    );
  }
  for (const [i, pin] of pins.entries()) {
    if (existsSync(unpacked(pin.name))) continue;
    const where = pins.length > 1 ? ` (${i + 1} of ${pins.length})` : '';
    const wheel = await fetchWheel(step, pin, {
      large: variant === 'gpu',
      onProgress: (done, total) => report.progress(`fetching ${pin.name} ${pin.version}${where}`, done, total),
    });
    await unpackWheel(step, wheel, part, i === 0 ? libraries() : NVIDIA, (done, total) =>
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

/**
 * A file that says that a binding works with TensorFlow on this machine, written after the first calculation. The next project on the machine
 * gets the same binding, and need not calculate again; another machine that shares the cache must.
 *
 * @param {string} home
 * @param {string} binding
 */
async function triedFile(home, binding) {
  const node = process.versions.node.split('.')[0] ?? '';
  const key = hashOf([
    await sha256(binding),
    hostname(),
    release(),
    cpus()[0]?.model ?? '',
    node,
    decision()?.key ?? '',
  ]);
  return join(home, 'binding', `tried-${key}`);
}

/**
 * Install the binding, and calculate with it: the one that was built with the package, if it works here, otherwise one that is compiled here.
 *
 * @param {string} step
 * @param {import('../lib/report.mjs').Report} report
 * @param {string} home
 */
async function provideBinding(step, report, home) {
  const prebuilt = await prebuiltBinding();
  if (prebuilt !== undefined) {
    installBinding(prebuilt, home);
    if (existsSync(await triedFile(home, prebuilt))) return;
    try {
      await firstCalculation(step, report);
      writeWhole(await triedFile(home, prebuilt), '');
      return;
    } catch {
      report.progress('the binding of the package does not work here, so another is compiled');
    }
  }
  installBinding(await compileBinding(step, home, (what) => report.progress(what)), home);
  await firstCalculation(step, report);
}

/**
 * @param {string} step
 * @param {import('../lib/report.mjs').Report} report
 */
async function firstCalculation(step, report) {
  report.progress('a first calculation');
  if (tensorflowVariant() === 'gpu') await tryGpus(step);
  else await tryTensorFlow(step);
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
  inputs: () => {
    const decided = decision(); // another GPU or driver needs a new first calculation
    const key = decided ? [decided.key] : [];
    return [wheelsKey(tensorflowVariant()), tfjsVersion(), bindingKey(), linkTarget(), ...key];
  },
  artefacts: () => [
    bindingFile(),
    join(librariesLink(), platformFacts().libraries[0]),
    listFile(tensorflowHome(tensorflowVariant())),
  ],
  async run(report) {
    const variant = tensorflowVariant();
    const home = await fetchLibraries(this.name, report, variant);
    await provideBinding(this.name, report, home);
    const decided = decision();
    const unused = unusedGpus(decided);
    if (!unused) return;
    const more = !decided || decided.usable?.length ? '' : ' TUNEBOOK_TENSORFLOW=gpu tries it all the same.';
    report.line(`${unused[0]?.toUpperCase()}${unused.slice(1)}.${more}`);
  },
};

/**
 * Calculate with each GPU, and record which ones work; if none does, check that the CPU works.
 *
 * @param {string} step
 * @throws {SetupError} if TensorFlow does not work at all
 */
async function tryGpus(step) {
  const tried = process.env.CUDA_VISIBLE_DEVICES === undefined ? surveyGpus() : { gpus: [] };
  const trial = await tryEachGpu(tried, (device) => tryGpu(step, device));
  if (trial.usable.length === 0) await tryTensorFlow(step, onlyCpu());
  noteGpus(trial);
}

/**
 * @param {string} step
 * @param {string} device
 * @returns {Promise<string | undefined>} why the GPU cannot be used
 */
async function tryGpu(step, device) {
  try {
    if ((await tryTensorFlow(step, onlyGpu(device))).gpu) return undefined;
    return 'TensorFlow has CUDA but found no GPU that it can use';
  } catch (error) {
    return (messageOf(error).split('\n')[0] ?? '').replace(/[.\s]+$/, '');
  }
}

/** The environment in which TensorFlow uses one GPU, unless the user chose others. @param {string} device */
const onlyGpu = (device) => ({
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
  CUDA_VISIBLE_DEVICES: device,
  ...tensorflowEnvironment(),
});

const onlyCpu = () => ({ ...tensorflowEnvironment(), CUDA_VISIBLE_DEVICES: '-1' });

/** The environment in which TensorFlow uses what was found to work here; src/tensorflow/chooseDevice.ts does the same. */
export function chosenDevice() {
  const usable = decision()?.usable;
  return usable?.length === 0 ? onlyCpu() : onlyGpu(usable?.[0] ?? '0');
}

/**
 * Load TensorFlow in a separate process and perform the operations of a training step.
 *
 * @param {string} step
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{tensorflow: string, tfjs: string, gpu: boolean}>}
 * @throws {SetupError} if it does not load, or gives wrong results
 */
export async function tryTensorFlow(step, env = chosenDevice()) {
  const script = inProject('kernel-setup', 'lib', 'tensorflow-smoke.cjs');
  const output = await runOrFail(step, process.execPath, [script, tfjsFolder()], {
    env,
    what: 'the first calculation with TensorFlow',
    remedy: 'Remove .cache/tensorflow and run the command again',
  });
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  return JSON.parse(line ?? '{}');
}
