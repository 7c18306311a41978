import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { type DiagnosedRun, diagnose, type FindingKind } from '../src/analysis/diagnose';
import { numberOption } from '../src/cli/options';
import { alignColumns } from '../src/core/text';
import { type Dataset, type Example, imageFolder, sampleExamples, splitDataset } from '../src/data';
import { type TrainOptions, train } from '../src/training';

/** A kind of run whose fault, if any, is known. */
interface Case {
  /** the only alarm that is right; undefined for a healthy run */
  expected?: FindingKind;
  options?: TrainOptions;
  /** changes the split dataset */
  change?: (pictures: Dataset, seed: number) => Dataset;
}

const bare: TrainOptions = { head: 'dense', dropout: 0, l2: 0, learningRate: 1e-3, epochs: 60 };

const cases: Record<string, Case> = {
  healthy: {},
  'healthy, augmented': { options: { augment: 'standard', epochs: 10 } },
  'healthy, hybrid': { options: { variant: 'hybrid', epochs: 6, inputSize: 128 } },
  'overfits: a large head, bare, 60 epochs': { expected: 'overfit', options: bare },
  'overfits: the same, 10 pictures a class': {
    expected: 'overfit',
    options: bare,
    change: (pictures, seed) =>
      onTraining(pictures, (train) => sampleExamples({ ...pictures, examples: train }, 10, seed)),
  },
  'overfits: from scratch': {
    expected: 'overfit',
    options: { weights: 'random', variant: 'fine-tune-all', epochs: 6, inputSize: 64 },
  },
  'rate of 3, head': { expected: 'learning rate too high', options: { learningRate: 3 } },
  'rate of 0.1, backbone': {
    expected: 'learning rate too high',
    options: { variant: 'hybrid', backboneLearningRate: 0.1, epochs: 6, inputSize: 128 },
  },
  'underfits: a rate of 1e-5': { expected: 'underfit', options: { learningRate: 1e-5 } },
  'underfits: an L2 of 100': { expected: 'underfit', options: { head: 'dense', l2: 100, learningRate: 1e-3 } },
  'leak: a third of validation is trained on': { expected: 'leak suspected', change: leaking },
  'imbalanced: one class 1 to 20': {
    expected: 'class imbalance',
    change: (pictures) => onTraining(pictures, (train) => thinned(train, 20)),
  },
  'validation of 30 pictures': {
    expected: 'validation set too small',
    change: (pictures) => ({
      ...pictures,
      examples: [...of(pictures, 'train'), ...of(pictures, 'validation').filter((_, i, all) => spread(i, all.length))],
    }),
  },
};

const of = ({ examples }: Dataset, wanted: 'train' | 'validation') =>
  examples.filter(({ subset }) => subset === wanted);

const onTraining = (pictures: Dataset, change: (train: Example[]) => Example[]): Dataset => ({
  ...pictures,
  examples: [...change(of(pictures, 'train')), ...of(pictures, 'validation')],
});

/** Whether the picture is one of 30 that are spread evenly over the dataset. */
const spread = (i: number, total: number) => Math.floor((i * 30) / total) !== Math.floor(((i - 1) * 30) / total);

/** Keeps one of every `part` pictures of the first class. */
const thinned = (train: readonly Example[], part: number) => {
  let seen = 0;
  return train.filter(({ label }) => label !== 0 || seen++ % part === 0);
};

/** Adds a third of the validation pictures to the training pictures. */
function leaking(pictures: Dataset): Dataset {
  const copies = of(pictures, 'validation').filter((_, i) => i % 3 === 0);
  return { ...pictures, examples: [...pictures.examples, ...copies.map((e) => ({ ...e, subset: 'train' as const }))] };
}

/** The folder's pictures, split with this seed; a split of the folder itself is ignored. */
function divided(folder: string, seed: number): Dataset {
  const { examples, ...dataset } = imageFolder(folder);
  const all = examples.map((example) => ({ ...example, subset: undefined }));
  const { train, validation } = splitDataset({ ...dataset, examples: all }, { seed });
  const put = (examples: typeof train, subset: 'train' | 'validation') => examples.map((e) => ({ ...e, subset }));
  return { ...dataset, examples: [...put(train, 'train'), ...put(validation, 'validation')] };
}

/** The input of {@link diagnose}, small enough to save in a file. */
async function made(folder: string, { options, change }: Case, seed: number): Promise<DiagnosedRun> {
  const pictures = divided(folder, seed);
  const result = await train(change ? change(pictures, seed) : pictures, { ...options, seed });
  result.dispose();
  const { history, classes, predictions, trainingCounts, shared, settings } = result;
  return {
    history,
    classes,
    predictions: predictions.map(({ label, predicted }) => ({ label, predicted })),
    trainingCounts,
    shared,
    settings,
  };
}

interface Options {
  seeds: number;
  from: number;
  case?: string[];
  out?: string;
}

async function main(folders: readonly string[], { seeds, from, case: chosen, out }: Options): Promise<void> {
  const rows = [['pictures', 'run', 'right alarm', 'right', 'alarms of all']];
  const runs: object[] = [];
  let right = 0;
  for (const folder of folders) {
    for (const name of chosen ?? Object.keys(cases)) {
      const { expected } = cases[name]!;
      const alarms: string[] = [];
      let hits = 0;
      for (let seed = from; seed < from + seeds; seed++) {
        const run = await made(folder, cases[name]!, seed);
        const found = diagnose(run).findings.filter(({ severity }) => severity === 'alarm');
        runs.push({ folder, name, expected, seed, run });
        if (found.map(({ kind }) => kind).join() === (expected ?? '')) hits++;
        alarms.push(...found.map(({ kind }) => kind));
      }
      right += hits;
      const counts = [...new Set(alarms)].map((kind) => `${kind} ${alarms.filter((a) => a === kind).length}`);
      rows.push([folder, name, expected ?? 'none', `${hits} of ${seeds}`, counts.join(', ') || 'none']);
      process.stderr.write(`${rows.at(-1)!.join(' | ')}\n`);
    }
  }
  if (out) writeFileSync(out, JSON.stringify(runs));
  console.log(alignColumns(rows, [false, false, false, false, false]));
  console.log(`\n${right} of ${runs.length} runs: the alarm that is right, and no other`);
}

void new Command('diagnoseRuns')
  .description('runs that are known to be healthy or to have one fault, and what diagnose says about them')
  .argument('[data...]', 'folders of pictures, or emoji', ['emoji'])
  .option('--seeds <n>', 'how many runs of each kind', numberOption({ min: 1, integer: true }), 5)
  .option('--from <seed>', 'the first seed', numberOption({ min: 0, integer: true }), 1)
  .option('--case <name...>', `only these: ${Object.keys(cases).join('; ')}`)
  .option('--out <file>', 'write the inputs of diagnose as JSON')
  .action(main)
  .parseAsync();
