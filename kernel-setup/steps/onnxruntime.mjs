import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withInstalled } from '../lib/npm.mjs';
import { inCache, inProject } from '../lib/paths.mjs';
import { contentsOf } from '../lib/stamps.mjs';

/** The manifest and the lock file with the version to install; src/tensorflow/graph/onnx/onnxRuntime.ts reads it, too. */
const source = () => inProject('kernel-setup', 'requirements', 'onnxruntime');

const version = () => JSON.parse(readFileSync(join(source(), 'package.json'), 'utf8')).dependencies['onnxruntime-node'];

const installed = () => inCache('onnxruntime', version());
const runtime = () => join(installed(), 'node_modules', 'onnxruntime-node');

/**
 * ONNX Runtime, for the setting `engine`. Not part of the usual set-up: `--only onnxruntime` installs it. The package's own install script,
 * which would fetch what CUDA needs, does not run.
 *
 * @type {import('./step.mjs').Step}
 */
export const onnxruntime = {
  name: 'onnxruntime',
  title: 'ONNX Runtime, which may compute frozen layers faster',
  inputs: () => [installed(), ...contentsOf([join(source(), 'package-lock.json')], inProject())],
  artefacts: () => [join(runtime(), 'package.json')],
  // it was moved here as a whole, so that what is here is complete
  holds: () => existsSync(join(runtime(), 'package.json')),
  async run(report) {
    report.progress('fetching');
    await withInstalled(this.name, source(), `${installed()}.part`, 'ONNX Runtime', async (modules) => {
      removeOtherPlatforms(join(modules, 'onnxruntime-node', 'bin'));
      rmSync(installed(), { recursive: true, force: true });
      mkdirSync(installed());
      renameSync(modules, join(installed(), 'node_modules'));
    });
  },
};

/** The package has the compiled code of all platforms: bin/napi-v6/linux/x64 and so on. @param {string} bin */
function removeOtherPlatforms(bin) {
  for (const version of readdirSync(bin)) {
    for (const system of readdirSync(join(bin, version))) {
      for (const processor of readdirSync(join(bin, version, system))) {
        if (system === process.platform && processor === process.arch) continue;
        rmSync(join(bin, version, system, processor), { recursive: true, force: true });
      }
    }
  }
}
