/**
 * Is augmentation worth it on a small dataset? Trains heads with and without it, with five seeds each.
 *
 *     npm run build && node dist/bench/augmentStudy.js DATA [--per-class 10]
 *
 * DATA is a folder that `tunebook train` accepts, such as ../shared/data/flowers. Differences are paired by seed, and their interval is
 * Student's. With --per-class N only N training pictures per class are used, drawn with the seed.
 */
import { signed } from '../src/core/text';
import { type Dataset, imageFolder, sampleExamples } from '../src/data';
import { summarize } from '../src/study/statistics';
import { type TrainOptions, train } from '../src/training';

const SEEDS = [1, 2, 3, 4, 5];

const PLAIN = 'none, 20 epochs';
/** An epoch with four views has five times as many steps as one without. This setting shows the effect of longer training alone. */
const AS_MANY_STEPS = 'none, 100 epochs (as many steps)';

const VARIANTS: Record<string, TrainOptions> = {
  [PLAIN]: { augment: 'none' },
  [AS_MANY_STEPS]: { augment: 'none', epochs: 100 },
  'light, 4 views': { augment: 'light' },
  'standard, 4 views': { augment: 'standard' },
  'strong, 4 views': { augment: 'strong' },
  'article, 4 views': { augment: 'article' },
};

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

/** Mean of the differences and its 95% interval, paired by seed. */
function pairedDifference(a: readonly number[], b: readonly number[]): string {
  const { mean: middle, low, high } = summarize(a.map((value, i) => value - b[i]!))!;
  return `${signed(middle)} [${signed(low!)}, ${signed(high!)}]`; // five seeds always have an interval
}

/** The folder's validation part, and a few pictures per class of its training part, drawn with the seed. */
function fewExamples(dataset: Dataset, perClass: number, seed: number): Dataset {
  const training = dataset.examples.filter(({ subset }) => subset === 'train');
  const others = dataset.examples.filter(({ subset }) => subset !== 'train');
  return { ...dataset, examples: [...sampleExamples({ ...dataset, examples: training }, perClass, seed), ...others] };
}

async function main(): Promise<void> {
  const folder = process.argv[2] ?? '';
  const place = process.argv.indexOf('--per-class');
  const perClass = place > 0 ? Number(process.argv[place + 1]) : 0;
  const dataset = imageFolder(folder);
  const accuracies = new Map<string, number[]>();
  const losses = new Map<string, number[]>();
  for (const [name, options] of Object.entries(VARIANTS)) {
    for (const seed of SEEDS) {
      const data = perClass > 0 ? fewExamples(dataset, perClass, seed) : dataset;
      const { accuracy, loss, split } = await train(data, { ...options, seed });
      accuracies.set(name, [...(accuracies.get(name) ?? []), accuracy]);
      losses.set(name, [...(losses.get(name) ?? []), loss]);
      if (name === PLAIN && seed === 1) {
        console.log(
          `${split.train.length} pictures for training, ${split.validation.length} for validation, 5 seeds\n`,
        );
        console.log(
          `${'augmentation'.padEnd(34)}accuracy: mean     sd   minus none, 95%          minus none, as many     loss: mean, minus none`,
        );
      }
    }
    const [accuracy, loss] = [accuracies.get(name)!, losses.get(name)!];
    console.log(
      [
        `${name.padEnd(34)}${mean(accuracy).toFixed(3).padStart(14)}${deviation(accuracy).toFixed(3).padStart(7)}`,
        pairedDifference(accuracy, accuracies.get(PLAIN)!),
        accuracies.has(AS_MANY_STEPS) ? pairedDifference(accuracy, accuracies.get(AS_MANY_STEPS)!) : ''.padEnd(23),
        `${mean(loss).toFixed(3)}  ${pairedDifference(loss, losses.get(PLAIN)!)}`,
      ].join('   '),
    );
  }
}

main();
