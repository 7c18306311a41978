/**
 * Four real runs and what `diagnose` says of them: healthy, overfit, too high a rate, leaking.
 * node dist/bench/diagnoseRuns.js [FOLDER | emoji]
 */

import { diagnose } from '../src/evaluation';
import { type Dataset, imageFolder, splitDataset } from '../src/images';
import { type TrainOptions, train } from '../src/training';

/** The folder, split for good. */
function divided(folder: string): Dataset {
  const dataset = imageFolder(folder);
  const { train, validation } = splitDataset(dataset);
  const put = (examples: typeof train, subset: 'train' | 'validation') => examples.map((e) => ({ ...e, subset }));
  return { ...dataset, examples: [...put(train, 'train'), ...put(validation, 'validation')] };
}

/** A third of the validation pictures is trained on, too. */
function leaking(dataset: Dataset): Dataset {
  const copies = dataset.examples.filter(({ subset }, i) => subset === 'validation' && i % 3 === 0);
  return { ...dataset, examples: [...dataset.examples, ...copies.map((e) => ({ ...e, subset: 'train' as const }))] };
}

async function main(): Promise<void> {
  const dataset = divided(process.argv[2] ?? 'emoji');
  const bare: TrainOptions = { head: 'dense', dropout: 0, l2: 0 };
  const runs: Record<string, [Dataset, TrainOptions]> = {
    healthy: [dataset, {}],
    overfits: [dataset, { ...bare, epochs: 60, learningRate: 1e-3 }],
    'too high a rate': [dataset, { learningRate: 3 }],
    leaks: [leaking(dataset), {}],
  };
  for (const [name, [data, options]] of Object.entries(runs)) {
    const result = await train(data, options);
    console.log(`\n${name}\n${diagnose(result).text}`);
    result.dispose();
  }
}

void main();
