import { join } from 'node:path';
import { Command } from 'commander';
import { numberOption } from '../../src/cli/options';
import { projectFolder } from '../../src/core/paths';
import { jsonRow, leaderboardText, type StudyConfiguration, study } from '../../src/study';
import { variantNames } from '../../src/training';

export interface VariantsOptions {
  seeds: number;
  inputSize: number;
  epochs: number;
}

/** The options that decide which runs are made. */
export function withRunOptions(command: Command): Command {
  const whole = numberOption({ min: 1, integer: true });
  return command
    .argument('<data>', 'folder of pictures, or emoji')
    .option('--seeds <n>', 'how many', whole, 5)
    .option('--input-size <pixels>', 'side of the pictures: small enough for a laptop without a GPU', whole, 128)
    .option('--epochs <n>', 'of each run', whole, 10)
    .option('--json', 'one JSON object as the last line');
}

/** All transfer variants; feature extraction is first because the others are compared with it. */
export function variantsStudy(data: string, { seeds, inputSize, epochs }: VariantsOptions): StudyConfiguration {
  const variant = variantNames;
  return {
    data,
    seeds,
    settings: { inputSize, epochs },
    axes: { variant },
    baseline: { variant: 'feature-extraction' },
  };
}

/** Runs seven variants with several seeds; prints the table and the time. */
export function variantsCommand(): Command {
  return withRunOptions(new Command('variants'))
    .description('seven transfer variants with several seeds each, and the time they take')
    .option(
      '--out <dir>',
      'folder of the study; runs that are there are not made again',
      join(projectFolder, 'build', 'variants'),
    )
    .action(async (data: string, { out, json, ...options }: VariantsOptions & { out: string; json?: true }) => {
      const folder = join(out, `${data.replace(/\W+/g, '-')}-${options.inputSize}-${options.epochs}`);
      const listener = { onMessage: (text: string) => process.stderr.write(`${text}\n`) };
      const { rows, records } = await study({ ...variantsStudy(data, options), out: folder, resume: true, listener });
      const seconds = records.reduce((sum, run) => sum + run.seconds, 0);
      if (json)
        console.log(JSON.stringify({ data, ...options, table: rows.map(jsonRow), seconds, runs: records.length }));
      else console.log(`${leaderboardText(rows)}\n\n${records.length} runs in ${(seconds / 60).toFixed(1)} min`);
    });
}
