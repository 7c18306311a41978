import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../lib/errors.mjs';
import { withInstalled } from '../lib/npm.mjs';
import { inCache, inProject, venvPython } from '../lib/paths.mjs';
import { fetchWheel, readPins, removeWheel } from '../lib/pip.mjs';
import { contentsOf } from '../lib/stamps.mjs';
import { unpackWheel } from '../lib/wheel.mjs';

/** The wheel with the libraries, and koffi, which calls them; src/tensorflow/graph/openvino/openVino.ts reads the version, too. */
const source = () => inProject('kernel-setup', 'requirements', 'openvino');

const pin = () => /** @type {import('../lib/pip.mjs').Pin} */ (readPins('openvino/wheel')[0]);

/** Machines of several kinds may share a cache. */
const installed = () => inCache('openvino', `${pin().version}-${process.platform}-${process.arch}`);

const complete = () => join(installed(), 'complete.txt');

/** What a forward pass on a processor needs of the libraries, and the licences: half of the wheel. */
const NEEDED = String.raw`^openvino/libs/lib(openvino(_c|_intel_cpu_plugin|_onnx_frontend)?\.|tbb|hwloc)|\.dist-info/(METADATA|licenses/)`;

/** @param {string} of a machine: platform and architecture, such as linux-x64 */
export function whyNoOpenVino(of) {
  if (of === 'linux-x64') return undefined;
  return `OpenVINO is set up on Linux x86_64 only, and this is ${of.replace('-', ' ')}: use TensorFlow or ONNX Runtime here (--only onnxruntime).`;
}

/**
 * OpenVINO, for the setting `engine`. Not part of the usual set-up: `--only openvino` installs it.
 *
 * @type {import('./step.mjs').Step}
 */
export const openvino = {
  name: 'openvino',
  title: 'OpenVINO, which may compute frozen layers faster',
  inputs: () => [
    installed(),
    NEEDED,
    ...contentsOf([join(source(), 'package-lock.json'), join(source(), 'wheel.txt')], inProject()),
  ],
  artefacts: () => [complete()],
  // it was moved here as a whole, so that what is here is complete
  holds: () => existsSync(complete()),
  async run(report) {
    const reason = whyNoOpenVino(`${process.platform}-${process.arch}`);
    if (reason) throw new SetupError(reason);
    if (!existsSync(venvPython()))
      throw new SetupError('OpenVINO is unpacked with Python: run the whole set-up first.');
    const part = `${installed()}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    const wheel = await fetchWheel(this.name, pin(), {
      onProgress: (done, total) => report.progress('fetching', done, total),
    });
    await unpackWheel(this.name, wheel, part, NEEDED, (done, total) => report.progress('unpacking', done, total));
    renameSync(join(part, 'openvino', 'libs'), join(part, 'lib'));
    rmSync(join(part, 'openvino'), { recursive: true });
    report.progress('fetching koffi');
    await withInstalled(this.name, source(), `${installed()}.packages.part`, 'koffi', async (modules) =>
      renameSync(modules, join(part, 'node_modules')),
    );
    writeFileSync(join(part, 'complete.txt'), '');
    rmSync(installed(), { recursive: true, force: true });
    renameSync(part, installed());
    removeWheel(pin());
  },
};
