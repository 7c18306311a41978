/**
 * What more minutes are worth: node dist/bench/auto.js DATA [--sets flowers-20,sign-digits-20,emoji-25] [--minutes 1,3,10] [--seeds 5]
 *   [--cpu 2] [--out FILE]
 *
 * DATA and the sets are those of recipes.ts. Each search starts without any features in the cache, chooses by the validation pictures,
 * and is evaluated on the test pictures that were put aside. Prints the mean test accuracy of each number of minutes, the difference to
 * the next smaller one on the same pictures, the seconds that the searches took, and what won. With `--out` each search is kept as a line
 * of JSON, and a second call continues there. With `--cpu` minutes are those of the processor divided by this number of cores, so that
 * other work on the machine does not count.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { autoByClock } from '../src/auto/auto';
import { measureSpeed } from '../src/auto/cost';
import { alignColumns, signed } from '../src/core/text';
import { meanOf } from '../src/metrics/mean';
import { summarize } from '../src/study/statistics';
import { addLine, readLines } from './jsonLines';
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

async function search(
  set: string,
  folder: string | undefined,
  { minutes, seed, now }: { minutes: number; seed: number; now: () => number },
): Promise<SearchRun> {
  const { dataset, perClass } = await openSet(set, folder);
  const place = mkdtempSync(join(tmpdir(), 'tunebook-auto-'));
  try {
    const began = now();
    const options = { minutes, seed, out: join(place, 'search'), cache: false };
    const { best, test, records } = await autoByClock(divided(dataset, perClass, seed), options, now, measuring(now));
    const seconds = now() - began;
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
        gain ? signed(gain.mean) : '',
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
      cpu: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { out } = values;
  const now = values.cpu === undefined ? () => performance.now() / 1000 : () => cpuSeconds() / Number(values.cpu);
  const runs = readLines<SearchRun>(out);
  const sets = values.sets.split(',');
  const lengths = values.minutes.split(',').map(Number);
  for (const seed of Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)) {
    for (const set of sets) {
      for (const minutes of lengths) {
        if (runs.some((run) => run.set === set && run.minutes === minutes && run.seed === seed)) continue;
        const run = await search(set, positionals[0], { minutes, seed, now });
        runs.push(run);
        if (out !== undefined) addLine(out, run);
        const told = `${run.accuracy.toFixed(3)} by ${run.best}, ${run.seconds.toFixed(1)} s`;
        process.stderr.write(`${set} seed ${seed}, ${minutes} minutes: ${told}\n`);
      }
    }
  }
  process.stdout.write(`${table(runs, sets, lengths)}\n`);
}

/** The speed by this clock, in which other work on the machine may not count. */
function measuring(now: () => number): typeof measureSpeed {
  return async (...given) => {
    const [began, real] = [now(), performance.now()];
    const { decode, forward } = await measureSpeed(...given);
    const share = (1000 * (now() - began)) / (performance.now() - real);
    return { decode: share * decode, forward: share * forward };
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

if (require.main === module) main();
