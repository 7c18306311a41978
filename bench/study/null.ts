import { join } from 'node:path';
import { Command } from 'commander';
import { numberOption } from '../../src/cli/options';
import { projectFolder } from '../../src/core/paths';
import { study } from '../../src/study';

interface Options {
  studies: number;
  seeds: number;
  out: string;
  json?: true;
}

/**
 * The null test: studies with an axis that changes only the random numbers, each study with its own seeds. A study that calls one of the
 * two dummy values better or worse than the baseline has found an effect that does not exist.
 */
export function nullCommand(): Command {
  return new Command('null')
    .description('studies of an axis without effect: how many say "cannot tell"')
    .argument('<data>', 'folder of pictures, or emoji')
    .option('--studies <n>', 'how many', numberOption({ min: 1, integer: true }), 20)
    .option('--seeds <n>', 'of each', numberOption({ min: 2, integer: true }), 5)
    .option(
      '--out <dir>',
      'folder of the studies; runs that are there are not made again',
      join(projectFolder, 'build', 'null'),
    )
    .option('--json', 'one JSON object as the last line')
    .action(async (data: string, { studies, seeds, out, json }: Options) => {
      const told: { study: number; verdicts: string[]; smallestP: number }[] = [];
      for (let i = 0; i < studies; i++) {
        const { rows } = await study({
          data,
          axes: { dummy: ['a', 'b', 'c'] },
          seeds: Array.from({ length: seeds }, (_, k) => i * seeds + k + 1),
          out: join(out, `${data.replace(/\W+/g, '-')}-${seeds}-${i + 1}`),
          resume: true,
        });
        const verdicts = rows.slice(1).map(({ difference }) => difference!.verdict);
        told.push({ study: i + 1, verdicts, smallestP: Math.min(...rows.slice(1).map((row) => row.difference!.p!)) });
        if (!json) {
          const means = rows.map(({ accuracy }) => accuracy!.mean.toFixed(3)).join(' ');
          console.log(`study ${String(i + 1).padStart(2)}: accuracy ${means}; ${verdicts.join('; ')}`);
        }
      }
      const cannotTell = told.filter(({ verdicts }) => verdicts.every((v) => v.startsWith('cannot tell'))).length;
      if (json) console.log(JSON.stringify({ data, studies, seeds, cannotTell, told }));
      else
        console.log(
          `\n"cannot tell" in ${cannotTell} of ${studies} studies with ${seeds} seeds and two comparisons each`,
        );
    });
}
