import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf, UserError } from '../core/errors';
import {
  checkExport,
  exportTable,
  jsonRow,
  leaderboardText,
  type StudyConfiguration,
  type StudyResult,
  study,
  verdictNote,
  writeMlflow,
} from '../study';
import { queueExecutor } from '../study/queue';
import { terminalStudyListener } from '../terminal/studyListener';
import { numberOption, printJson } from './options';
import { interruptible } from './stop';
import { queueAddress } from './worker';

interface Options {
  out?: string;
  resume?: true;
  retryFailed?: true;
  cache: boolean;
  workers?: number;
  queue?: string | true;
  cores?: number;
  export?: string[];
  mlflow?: string;
  json?: true;
}

/** `tunebook study`: configurations over seeds, as a table that says what can be told and what not. */
export function studyCommand(): Command {
  return new Command('study')
    .description('compare configurations of a training over seeds')
    .argument('<config>', 'JSON file: data, settings, axes, seeds, design, baseline, budget')
    .option('--out <dir>', 'folder of the study; default: study- and the hash of its configuration')
    .option('--resume', 'go on with what is in the folder: no run that ended is made again')
    .option('--retry-failed', 'with --resume: make failed runs again')
    .option('--workers <n>', 'processes that make runs at a time', numberOption({ min: 1, max: 256, integer: true }))
    .option('--cores <n>', 'cores that the workers share; default: all', numberOption({ min: 1, integer: true }))
    .option(
      '--queue [url]',
      'have the runs made by `tunebook worker` at this Redis; default: the variable TUNEBOOK_QUEUE',
    )
    .option('--no-cache', 'share no features of frozen layers between runs')
    .option('--export <file...>', 'write the table of runs, too: .parquet, .arrow, .csv or .json')
    .option('--mlflow <dir>', "write the runs into MLflow's file store, too")
    .option('--json', 'one JSON object as the last line')
    .action(async (file: string, { json, export: files = [], mlflow, queue, ...options }: Options) => {
      const configuration = readConfiguration(file);
      for (const name of files) checkExport(name);
      const executor = queue === undefined ? undefined : () => queueExecutor(queueAddress(queue));
      const { end, ...listener } = terminalStudyListener();
      const result = await interruptible((shouldStop) =>
        study({ ...configuration, ...options, executor, listener: { ...listener, shouldStop } }),
      ).finally(end);
      for (const name of files) await exportTable(result.runs, name);
      if (mlflow !== undefined) {
        writeMlflow(result, mlflow);
        process.stderr.write(`For MLflow: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri '${mlflow}'\n`);
      }
      if (json) printJson(toJson(result));
      else process.stdout.write(summary(result));
    });
}

function readConfiguration(file: string): StudyConfiguration {
  let configuration: StudyConfiguration;
  try {
    configuration = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`the study's configuration '${file}' cannot be read: ${messageOf(error)}`);
  }
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) {
    throw new UserError(
      `'${file}' must hold an object like { "data": "emoji", "axes": { "dropout": [0, 0.5] }, "seeds": 5 }`,
    );
  }
  const { data } = configuration;
  const beside = typeof data === 'string' ? resolve(dirname(file), data) : '';
  return typeof data === 'string' && !existsSync(data) && existsSync(beside)
    ? { ...configuration, data: beside }
    : configuration;
}

function toJson({ rows, runs, failed, left, folder }: StudyResult) {
  return { table: rows.map(jsonRow), runs: runs.numRows(), failed, left, folder };
}

function summary({ rows, runs, failed, left, folder }: StudyResult): string {
  const counts = [`${runs.numRows()} runs`, failed > 0 && `${failed} failed`, left > 0 && `${left} left`].filter(
    Boolean,
  );
  const hint = left > 0 ? ' (--resume goes on)' : '';
  const lines = [leaderboardText(rows), ...verdictNote(rows), `${counts.join(', ')}${hint}, in ${folder}`];
  return `${lines.join('\n\n')}\n`;
}
