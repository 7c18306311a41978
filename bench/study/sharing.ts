import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { alignColumns } from '../../src/core/text';
import { study } from '../../src/study';
import { type Variant, variantNames } from '../../src/training';
import { freshCache } from '../cache';
import { type VariantsOptions, variantsStudy, withRunOptions } from './variants';

interface Options extends VariantsOptions {
  variant?: Variant[];
  json?: true;
}

/**
 * How much time shared computations save: for each variant its runs without a cache, and with one that is empty at first and that all
 * variants fill and use. Both are made in turn, seed by seed, so that a busy machine slows both.
 */
export function sharingCommand(): Command {
  return withRunOptions(new Command('sharing'))
    .description('the same runs with and without shared computations, variant by variant')
    .addOption(new Option('--variant <name...>', 'only these').choices(variantNames))
    .action(async (data: string, { json, variant, ...options }: Options) => {
      const whole = variantsStudy(data, options);
      const names = variant ?? variantNames;
      const out = mkdtempSync(join(tmpdir(), 'tunebook-sharing-'));
      const emptied = emptyCache(join(out, 'cache'));
      const one = async (cache: boolean, name: Variant, seed: number) => {
        const { records } = await study({
          ...whole,
          axes: { variant: [name] },
          baseline: {},
          seeds: [seed],
          cache,
          out: join(out, `${name}-${seed}-${cache}`),
        });
        return records[0]!.seconds;
      };
      try {
        await one(false, 'feature-extraction', 0); // load TensorFlow and the weights before the measurement
        const rows: { variant: string; alone: number; shared: number }[] = [];
        for (const name of names) {
          const row = { variant: name, alone: 0, shared: 0 };
          for (let seed = 1; seed <= options.seeds; seed++) {
            row.alone += await one(false, name, seed);
            row.shared += await one(true, name, seed);
          }
          rows.push(row);
          if (!json) process.stderr.write(`${name}: ${row.alone.toFixed(1)} s and ${row.shared.toFixed(1)} s\n`);
        }
        const total = (which: 'alone' | 'shared') => rows.reduce((sum, row) => sum + row[which], 0);
        rows.push({ variant: 'all', alone: total('alone'), shared: total('shared') });
        if (json) console.log(JSON.stringify({ data, ...options, rows }));
        else console.log(report(rows, options));
      } finally {
        emptied();
        rmSync(out, { recursive: true, force: true });
      }
    });
}

function report(rows: readonly { variant: string; alone: number; shared: number }[], { seeds }: Options): string {
  const header = [`${seeds} runs of`, 's, nothing shared', 's, shared', 'times faster'];
  const cells = rows.map(({ variant, alone, shared }) => [
    variant,
    alone.toFixed(1),
    shared.toFixed(1),
    (alone / shared).toFixed(1),
  ]);
  return alignColumns([header, ...cells], [false, true, true, true]);
}

/** Let this process use a cache that contains nothing computed. @returns a function that restores the previous cache */
function emptyCache(folder: string): () => void {
  freshCache(folder);
  const before = process.env.TUNEBOOK_CACHE;
  process.env.TUNEBOOK_CACHE = folder;
  return () => {
    if (before === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = before;
  };
}
