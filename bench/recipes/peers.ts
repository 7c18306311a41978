import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { cacheFolder } from '../../src/core/paths';
import type { Dataset } from '../../src/data';
import { peerEnvironment, peerFile, peerPython } from '../peers';
import type { Measured } from './runs';

/** Python programs that train on the same pictures, with several lengths. */
export const recipePeers: Record<string, { file: string; epochs: number; weights?: true }> = {
  'Keras guide, 6 epochs': { file: 'keras_recipe.py', epochs: 4, weights: true },
  'Keras guide, 30 epochs': { file: 'keras_recipe.py', epochs: 20, weights: true },
  'fastai fine_tune(2)': { file: 'fastai_recipe.py', epochs: 2 },
  'fastai fine_tune(5)': { file: 'fastai_recipe.py', epochs: 5 },
};

/** One training by a program in Python, with its start. */
export function measurePeer(dataset: Dataset, name: string, seed: number): Measured {
  const { file, epochs, weights } = recipePeers[name]!;
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-recipes-'));
  try {
    for (const [i, { file, label, subset }] of dataset.examples.entries()) {
      const place = join(folder, subset!, dataset.classes[label]!);
      mkdirSync(place, { recursive: true });
      symlinkSync(file, join(place, `${i}${extname(file)}`));
    }
    const known = weights ? ['--weights', cacheFolder('weights', 'efficientnet-lite0.safetensors')] : [];
    const chosen = ['--data', folder, '--epochs', String(epochs), '--seed', String(seed), ...known];
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(peerPython(), [peerFile(file), ...chosen], {
      ...{ encoding: 'utf8', env: peerEnvironment(weights ? 'keras' : 'torch'), maxBuffer: 2 ** 26 },
    });
    if (status !== 0) throw new UserError(`${name} failed: ${stderr.trim().split('\n').at(-1)}`);
    const { accuracy } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { accuracy: number };
    return { seed, accuracy, seconds: (performance.now() - began) / 1000, part: null };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
