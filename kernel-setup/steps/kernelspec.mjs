import { join, resolve } from 'node:path';
import { compiledCode, tensorflowVariables } from '../lib/environment.mjs';
import { inPackage } from '../lib/packages.mjs';
import { inProject, jupyterShare } from '../lib/paths.mjs';
import { writeWhole } from '../lib/stamps.mjs';

export const kernelspecFile = () => join(jupyterShare(), 'kernels', 'tslab', 'kernel.json');

/**
 * What tells Jupyter how to start the kernel. Its paths are absolute, because Jupyter starts the kernel in the notebook's folder.
 */
export function kernelspec() {
  return {
    argv: [
      process.execPath,
      '--enable-source-maps',
      '-r',
      inProject('kernel-setup', 'kernel', 'preload.cjs'),
      inPackage('tslab', 'bin', 'tslab'),
      'kernel',
      '--config-path',
      '{connection_file}',
    ],
    display_name: 'TypeScript (tunebook)',
    language: 'typescript',
    interrupt_mode: 'message',
    env: {
      ...tensorflowVariables,
      ...compiledCode(),
      TUNEBOOK_KERNEL: '1',
      ...(process.env.TUNEBOOK_CACHE ? { TUNEBOOK_CACHE: resolve(process.env.TUNEBOOK_CACHE) } : {}),
    },
  };
}

/** @type {import('./step.mjs').Step} */
export const kernelspecStep = {
  name: 'kernelspec',
  title: 'TypeScript kernel',
  inputs: () => [JSON.stringify(kernelspec())],
  artefacts: () => [kernelspecFile()],
  async run() {
    writeWhole(kernelspecFile(), `${JSON.stringify(kernelspec(), null, 2)}\n`);
  },
};
