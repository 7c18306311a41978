/**
 * What more minutes are worth: node dist/bench/auto.js DATA [--sets flowers-20,sign-digits-20,emoji-25] [--minutes 1,3,10] [--seeds 5] [--out FILE]
 *
 * DATA and the sets are those of recipes.ts. Each search starts without any features in the cache, chooses by the validation pictures,
 * and is evaluated on the test pictures that were put aside. Prints the mean test accuracy of each number of minutes, the difference to
 * the next smaller one on the same pictures, the seconds that the searches took, and what won. With `--out` each search is kept as a line
 * of JSON, and a second call continues there.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { auto } from '../src/auto';
import { alignColumns } from '../src/core/text';
import { meanOf } from '../src/metrics/mean';
import { summarize } from '../src/study/statistics';
import { divided, openSet } from './recipes/sets';

interface SearchRun {
  set: string;
  minutes: number;
  seed: number;
  /** of the test pictures */
  accuracy: number;
  seconds: number;
  best: string;
  /** name, seconds, accuracy on the validation pictures */
  parts: [string, number, number | null][];
}

async function search(set: string, folder: string | undefined, minutes: number, seed: number): Promise<SearchRun> {
  const { dataset, perClass } = await openSet(set, folder);
  const place = mkdtempSync(join(tmpdir(), 'tunebook-auto-'));
  try {
    const began = performance.now();
    const { best, test, records } = await auto(divided(dataset, perClass, seed), {
      ...{ minutes, seed, out: join(place, 'search'), cache: false },
    });
    const seconds = (performance.now() - began) / 1000;
    const parts = records.map(({ name, seconds, accuracy }): SearchRun['parts'][number] => [name, seconds, accuracy]);
    return { set, minutes, seed, accuracy: test!.summary.accuracy.estimate, seconds, best, parts };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function table(runs: readonly SearchRun[], sets: readonly string[], lengths: readonly number[]): string {
  const rows = sets.flatMap((set) =>
    lengths.map((minutes, i) => {
      const own = runs.filter((run) => run.set === set && run.minutes === minutes);
      const before = runs.filter((run) => run.set === set && run.minutes === lengths[i - 1]);
      const gains = own.flatMap(({ seed, accuracy }) => {
        const other = before.find((run) => run.seed === seed);
        return other ? [accuracy - other.accuracy] : [];
      });
      const gain = summarize(gains);
      const winners = own.map(({ best }) => best);
      const won = [...new Set(winners)].map((name) => `${winners.filter((one) => one === name).length} ${name}`);
      return [
        ...[set, String(minutes), String(own.length), meanOf(own.map(({ accuracy }) => accuracy)).toFixed(3)],
        gain ? `${gain.mean < 0 ? '' : '+'}${gain.mean.toFixed(3)}` : '',
        ...[Math.max(...own.map(({ seconds }) => seconds)).toFixed(1), won.join(', ')],
      ];
    }),
  );
  const header = ['set', 'minutes', 'seeds', 'accuracy', 'minus fewer minutes', 'most seconds', 'best'];
  return alignColumns([header, ...rows], [false, true, true, true, true, true, false]);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sets: { type: 'string', default: 'flowers-20,sign-digits-20,emoji-25' },
      minutes: { type: 'string', default: '1,3,10' },
      seeds: { type: 'string', default: '5' },
      out: { type: 'string' },
    },
  });
  const { out } = values;
  const lines = out !== undefined && existsSync(out) ? readFileSync(out, 'utf8').split('\n').filter(Boolean) : [];
  const runs: SearchRun[] = lines.map((line) => JSON.parse(line));
  const sets = values.sets.split(',');
  const lengths = values.minutes.split(',').map(Number);
  for (const seed of Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)) {
    for (const set of sets) {
      for (const minutes of lengths) {
        if (runs.some((run) => run.set === set && run.minutes === minutes && run.seed === seed)) continue;
        const run = await search(set, positionals[0], minutes, seed);
        runs.push(run);
        if (out !== undefined) appendFileSync(out, `${JSON.stringify(run)}\n`);
        const told = `${run.accuracy.toFixed(3)} by ${run.best}, ${run.seconds.toFixed(1)} s`;
        process.stderr.write(`${set} seed ${seed}, ${minutes} minutes: ${told}\n`);
      }
    }
  }
  process.stdout.write(`${table(runs, sets, lengths)}\n`);
}

if (require.main === module) main();
