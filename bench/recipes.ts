/**
 * What recipes are worth: node dist/bench/recipes.js DATA [--sets flowers-40,emoji-60] [--recipes hybrid,fine-tune-all] [--seeds 5]
 *   [--base feature-extraction] [--ablation] [--finder] [--peers] [--out FILE] [--chart FILE.svg]
 *
 * DATA is a folder with the folders `flowers` and `sign-digits`; without it only the emoji are used. Each set has so many training
 * pictures a class, a third as many for validation, and the others, at most 300, as test pictures, which differ from seed to seed. All
 * recipes get the same ones. Prints the mean test accuracy of each recipe, and the paired difference to feature extraction, or to
 * what `--base` names, with its 95% interval over the seeds. `--ablation` adds the recipe of hybrid without each of its parts, `--finder` the rates of the
 * learning-rate finder, and `--peers` Keras's guide to transfer learning and fastai's `fine_tune`, with the same weights and pictures,
 * each in a process of its own, whose start counts; so do all parts of a training here. With `--out` each run is kept as a line of JSON,
 * and a second call continues there. `--chart` draws accuracy against time.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderSvg } from '../src/charts/render';
import { UserError } from '../src/core/errors';
import { addLine, readLines } from './jsonLines';
import { ablation, found, REFERENCE, recipes } from './recipes/catalog';
import { measurePeer, recipePeers } from './recipes/peers';
import { measure, type Run } from './recipes/runs';
import { divided, openSet, usual } from './recipes/sets';
import { recipeTable, summaryTable, timeChart } from './recipes/table';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sets: { type: 'string', default: usual.join() },
      recipes: { type: 'string', default: Object.keys(recipes).join() },
      seeds: { type: 'string', default: '5' },
      base: { type: 'string', default: REFERENCE },
      ablation: { type: 'boolean', default: false },
      finder: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      out: { type: 'string' },
      chart: { type: 'string' },
    },
  });
  const { out } = values;
  const runs = readLines<Run>(out);
  const own: typeof recipes = {
    ...Object.fromEntries(values.recipes.split(',').map((name) => [name, known(name)])),
    ...(values.ablation && withVariant(ablation)),
    ...(values.finder && found),
  };
  known(values.base);
  const names = [...Object.keys(own), ...(values.peers ? Object.keys(recipePeers) : [])];
  const sets = values.sets.split(',');
  for (const seed of Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)) {
    for (const set of sets) {
      const { dataset, perClass } = await openSet(set, positionals[0]);
      const parts = divided(dataset, perClass, seed);
      for (const recipe of names) {
        if (runs.some((run) => run.set === set && run.recipe === recipe && run.seed === seed)) continue;
        const options = own[recipe];
        const measured = options ? await measure(parts, options, seed) : measurePeer(parts, recipe, seed);
        const run = { set, recipe, ...measured };
        runs.push(run);
        if (out !== undefined) addLine(out, run);
        process.stderr.write(
          `${set} ${recipe} seed ${seed}: ${run.accuracy.toFixed(3)}, ${run.seconds.toFixed(0)} s\n`,
        );
      }
    }
  }
  const shown = runs.filter(({ set }) => sets.includes(set));
  process.stdout.write(
    `${recipeTable(shown, sets, names, values.base)}\n\n${summaryTable(shown, names, values.base)}\n`,
  );
  if (values.chart !== undefined) writeFileSync(values.chart, await renderSvg(timeChart(shown, names)));
}

function known(name: string) {
  const recipe = recipes[name];
  if (!recipe) throw new UserError(`unknown recipe '${name}'; the recipes are ${Object.keys(recipes).join(', ')}`);
  return recipe;
}

const withVariant = (parts: typeof ablation) =>
  Object.fromEntries(
    Object.entries(parts).map(([name, options]) => [name, { variant: 'hybrid' as const, ...options }]),
  );

if (require.main === module) {
  main().catch((error) => {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
