/**
 * How well wrong labels are found: node dist/bench/wrongLabels.js DATA... [--rates 0,0.05,0.1] [--seeds 3] [--json]
 *
 * DATA is anything that `tunebook check --data` accepts. The labels of some pictures are replaced by others at random; prints how many
 * pictures are reported, how many of those have a replaced label (precision), and how many of the replaced labels are reported
 * (recall). Labels that were wrong before count as mistakes here.
 */
import { parseArgs } from 'node:util';
import { findLabelProblems } from '../src/analysis/labels/checkLabels';
import { Random } from '../src/core/random';
import { alignColumns } from '../src/core/text';
import type { Dataset, Example } from '../src/data';
import { openDataset } from '../src/data/public';

/** The dataset with the labels of a part of the pictures replaced, and these pictures. */
function withWrongLabels(dataset: Dataset, rate: number, seed: number): { dataset: Dataset; wrong: Set<string> } {
  const random = new Random(seed, 'wrong labels');
  const chosen = random.shuffled(dataset.examples).slice(0, Math.round(rate * dataset.examples.length));
  const wrong = new Set(chosen.map(({ file }) => file));
  const others = dataset.classes.length - 1;
  const examples = dataset.examples.map((example): Example => {
    if (!wrong.has(example.file)) return example;
    return { ...example, label: (example.label + 1 + random.integer(others)) % dataset.classes.length };
  });
  return { dataset: { ...dataset, examples }, wrong };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rates: { type: 'string', default: '0,0.05,0.1' },
      seeds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  });
  const rows = [];
  for (const data of positionals) {
    const original = await openDataset(data);
    for (const rate of values.rates.split(',').map(Number)) {
      for (let seed = 1; seed <= (rate === 0 ? 1 : Number(values.seeds)); seed++) {
        const { dataset, wrong } = withWrongLabels(original, rate, seed);
        const began = performance.now();
        const { findings, accuracy } = await findLabelProblems(dataset);
        const seconds = (performance.now() - began) / 1000;
        const found = findings
          .filter(({ finding }) => finding === 'suspect label')
          .map(({ examples }) => examples[0]!.file);
        const unusual = findings.find(({ finding }) => finding === 'unusual content')?.examples.length ?? 0;
        const right = found.filter((file) => wrong.has(file)).length;
        rows.push({
          ...{ data, pictures: original.examples.length, wrong: wrong.size, seed, reported: found.length },
          ...{
            precision: right / found.length,
            recall: right / wrong.size,
            accuracy: accuracy!.estimate,
            unusual,
            seconds,
          },
        });
      }
    }
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify(rows)}\n`);
    return;
  }
  const percent = (part: number) => (Number.isFinite(part) ? `${(100 * part).toFixed(0)}%` : '');
  const lines = rows.map(({ data, precision, recall, accuracy, seconds, ...counts }) => [
    ...[data, String(counts.pictures), String(counts.wrong), String(counts.seed), String(counts.reported)],
    ...[percent(precision), percent(recall), percent(accuracy), String(counts.unusual), seconds.toFixed(1)],
  ]);
  const header = ['data', 'pictures', 'wrong labels', 'seed', 'reported', 'precision', 'recall'];
  const all = [[...header, 'accuracy', 'unusual content', 'seconds'], ...lines];
  process.stdout.write(`${alignColumns(all, [false, ...header.map(() => true), true, true])}\n`);
}

if (require.main === module) void main();
