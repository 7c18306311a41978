/**
 * What recipes are worth: node dist/bench/recipes.js DATA [--sets flowers-40,emoji-100] [--recipes hybrid,fine-tune-all] [--seeds 5]
 *   [--ablation] [--peers] [--out FILE]
 *
 * DATA is a folder with the folders `flowers` and `sign-digits`; without it only the emoji are used. Each set has so many training
 * pictures a class, a third as many for validation, and the others, at most 300, as test pictures, which differ from seed to seed. All
 * recipes get the same ones. Prints the mean test accuracy of each recipe, and the paired difference to feature extraction with its
 * 95% interval over the seeds. `--peers` adds Keras's guide to transfer learning and fastai's `fine_tune`, with the same weights and
 * pictures, each in a process of its own, whose start counts; so do all parts of a training here. With `--out` each run is kept as a line of JSON, and a second call continues there.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../src/core/errors';
import { cacheFolder } from '../src/core/paths';
import { Random } from '../src/core/random';
import { alignColumns } from '../src/core/text';
import { type Dataset, type Example, selectClasses } from '../src/data';
import { openDataset } from '../src/data/public';
import { meanOf, summarize } from '../src/study/statistics';
import { type TrainOptions, train } from '../src/training';
import { peerEnvironment, peerFile, peerPython } from './peers';

/** The reference: every other recipe is compared with it. */
const REFERENCE = 'feature-extraction';

const recipes: Record<string, TrainOptions> = {
  [REFERENCE]: { variant: 'feature-extraction' },
  'feature-extraction-augmented': { variant: 'feature-extraction-augmented' },
  hybrid: { variant: 'hybrid' },
  'two-phase': { variant: 'two-phase' },
  'fine-tune-all': { variant: 'fine-tune-all' },
  'probe-then-fine-tune': { variant: 'probe-then-fine-tune' },
};

/** The recipe of hybrid without one of its parts. */
const ablation: Record<string, TrainOptions> = {
  'no recipe': { recipe: 'none', augment: 'standard' },
  'head not first': { headEpochs: 0, interpolation: 'none' },
  'no interpolation': { interpolation: 'none' },
  'rate 3e-4': { backboneLearningRate: 3e-4 },
  'constant rate': { schedule: 'constant' },
  'same rate in all blocks': { layerDecay: 1 },
  adam: { optimizer: 'adam' },
  'not augmented': { augment: 'none' },
  'last 3 blocks': { blocks: 3 },
};

/** Classes that are easily told apart, and classes that are not. */
const tasks: Record<string, Record<string, string[]>> = {
  flowers: { coarse: ['daisy', 'tulips'], fine: ['roses', 'tulips'] },
  'sign-digits': { coarse: ['0', '5'], fine: ['2', '3'] },
  emoji: { coarse: ['fruit', 'vehicle'], fine: ['bird', 'mammal'] },
};

const usual = ['flowers-5', 'flowers-10', 'flowers-20', 'flowers-40', 'emoji-25', 'emoji-60'].concat(
  ['sign-digits-5', 'sign-digits-10', 'sign-digits-20', 'sign-digits-40'],
  [
    'flowers-coarse-20',
    'flowers-fine-20',
    'sign-digits-coarse-20',
    'sign-digits-fine-20',
    'emoji-coarse-20',
    'emoji-fine-20',
  ],
);

interface Run {
  set: string;
  recipe: string;
  seed: number;
  accuracy: number;
  seconds: number;
  part: number | null;
}

/** @param name such as `flowers-40`, or `flowers-fine-20` */
async function openSet(name: string, folder: string | undefined): Promise<{ dataset: Dataset; perClass: number }> {
  const match = /^(flowers|sign-digits|emoji)(?:-(coarse|fine))?-(\d+)$/.exec(name);
  if (!match) throw new UserError(`unknown set '${name}': expected one like flowers-40 or sign-digits-fine-20`);
  const [, data, task, perClass] = match as unknown as [string, string, string | undefined, string];
  if (data !== 'emoji' && folder === undefined) throw new UserError(`the set '${name}' needs the folder of the data`);
  const all = await openDataset(data === 'emoji' ? data : join(folder!, data));
  return { dataset: task ? selectClasses(all, tasks[data]![task]!) : all, perClass: Number(perClass) };
}

const TEST = 300;

/** The dataset with its pictures in three parts, drawn at random. */
function divided(dataset: Dataset, perClass: number, seed: number): Dataset {
  const validation = Math.max(2, Math.round(perClass / 3));
  const seen = dataset.classes.map(() => 0);
  let tests = 0;
  const examples = new Random(seed, 'bench').shuffled(dataset.examples).flatMap((example): Example[] => {
    const place = seen[example.label]!++;
    if (place < perClass) return [{ ...example, subset: 'train' }];
    if (place < perClass + validation) return [{ ...example, subset: 'validation' }];
    return tests++ < TEST ? [{ ...example, subset: 'test' }] : [];
  });
  return { ...dataset, examples };
}

/** Python programs that train on the same pictures, with several lengths. */
const peers: Record<string, { file: string; epochs: number; weights?: true }> = {
  'Keras guide, 6 epochs': { file: 'keras_recipe.py', epochs: 4, weights: true },
  'Keras guide, 30 epochs': { file: 'keras_recipe.py', epochs: 20, weights: true },
  'fastai fine_tune(2)': { file: 'fastai_recipe.py', epochs: 2 },
  'fastai fine_tune(5)': { file: 'fastai_recipe.py', epochs: 5 },
};

function measurePeer(dataset: Dataset, name: string, seed: number): Omit<Run, 'set' | 'recipe'> {
  const { file, epochs, weights } = peers[name]!;
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
      ...{ encoding: 'utf8', env: peerEnvironment(), maxBuffer: 2 ** 26 },
    });
    if (status !== 0) throw new UserError(`${name} failed: ${stderr.trim().split('\n').at(-1)}`);
    const { accuracy } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { accuracy: number };
    return { seed, accuracy, seconds: (performance.now() - began) / 1000, part: null };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(dataset: Dataset, options: TrainOptions, seed: number): Promise<Omit<Run, 'set' | 'recipe'>> {
  const began = performance.now();
  const result = await train(dataset, { ...options, seed });
  const seconds = (performance.now() - began) / 1000;
  result.dispose();
  const { accuracy } = result.test!.summary;
  return { seed, accuracy: accuracy.estimate, seconds, part: result.interpolation?.part ?? null };
}

function table(runs: readonly Run[], sets: readonly string[], names: readonly string[]): string {
  const of = (set: string, recipe: string) => runs.filter((run) => run.set === set && run.recipe === recipe);
  const rows = sets.flatMap((set) =>
    names.map((name) => {
      const own = of(set, name);
      const pairs = own.flatMap(({ seed, accuracy }) => {
        const reference = of(set, REFERENCE).find((run) => run.seed === seed);
        return reference ? [accuracy - reference.accuracy] : [];
      });
      const difference = summarize(pairs);
      const ends = [difference?.low, difference?.high].map((end) => (end == null ? '?' : signed(end)));
      const gain = name === REFERENCE || !difference ? '' : `${signed(difference.mean)} (${ends.join(' to ')})`;
      const parts = own.flatMap(({ part }) => part ?? []);
      return [
        ...[set, name, String(own.length), meanOf(own.map(({ accuracy }) => accuracy)).toFixed(3), gain],
        ...[meanOf(own.map(({ seconds }) => seconds)).toFixed(0), parts.length > 0 ? meanOf(parts).toFixed(2) : ''],
      ];
    }),
  );
  const header = ['set', 'recipe', 'seeds', 'accuracy', 'minus feature extraction', 'seconds', 'part of the way'];
  return alignColumns([header, ...rows], [false, false, true, true, true, true, true]);
}

const signed = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(3)}`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sets: { type: 'string', default: usual.join() },
      recipes: { type: 'string', default: Object.keys(recipes).join() },
      seeds: { type: 'string', default: '5' },
      ablation: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const { out } = values;
  const runs: Run[] =
    out !== undefined && existsSync(out)
      ? readFileSync(out, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  const parts = values.ablation ? ablation : {};
  const variants: Record<string, TrainOptions> = {
    ...Object.fromEntries(values.recipes.split(',').map((name) => [name, recipes[name]!])),
    ...Object.fromEntries(Object.entries(parts).map(([name, options]) => [name, { variant: 'hybrid', ...options }])),
  };
  const names = [...Object.keys(variants), ...(values.peers ? Object.keys(peers) : [])];
  const sets = values.sets.split(',');
  for (const seed of Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)) {
    for (const set of sets) {
      const { dataset, perClass } = await openSet(set, positionals[0]);
      const parts = divided(dataset, perClass, seed);
      for (const recipe of names) {
        if (runs.some((run) => run.set === set && run.recipe === recipe && run.seed === seed)) continue;
        const options = variants[recipe];
        const measured = options ? await measure(parts, options, seed) : measurePeer(parts, recipe, seed);
        const run = { set, recipe, ...measured };
        runs.push(run);
        if (out !== undefined) appendFileSync(out, `${JSON.stringify(run)}\n`);
        process.stderr.write(
          `${set} ${recipe} seed ${seed}: ${run.accuracy.toFixed(3)}, ${run.seconds.toFixed(0)} s\n`,
        );
      }
    }
  }
  process.stdout.write(`${table(runs, sets, names)}\n`);
}

if (require.main === module) {
  main().catch((error) => {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
