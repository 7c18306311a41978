import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, type Option } from 'commander';
import { didYouMean } from '../core/didYouMean';
import { shown, UserError } from '../core/errors';
import { shellWord } from '../core/escape/sourceCode';
import { readJson } from '../core/readBounded';
import {
  checkExport,
  exportTable,
  type Importance,
  importance,
  importanceText,
  jsonRow,
  leaderboardText,
  type StudyConfiguration,
  type StudyResult,
  study,
  verdictExplanations,
  writeMlflow,
} from '../study';
import { configurationKeys } from '../study/configuration';
import { queueExecutor } from '../study/queue';
import { terminalStudyListener } from '../terminal/studyListener';
import { numberOption } from './options';
import { outputFile, runsKind } from './outputFile';
import { print, printAside, printJson } from './print';
import { sayIfNothingToResume } from './resume';
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
  maxRuns?: number;
  export?: string[];
  mlflow?: string;
  importance?: true;
  json?: true;
}

/** `tunebook study`: compare configurations over several seeds. */
export function studyCommand(): Command {
  return new Command('study')
    .description('compare configurations of a training over several seeds, with intervals and verdicts')
    .argument('<config>', 'JSON file: data, settings, axes, seeds, design, baseline, budget')
    .option('--out <dir>', 'folder of the study; default: study- and the hash of its configuration')
    .option('--resume', 'continue the study in the folder; finished runs are not executed again')
    .option('--retry-failed', 'with --resume: execute failed runs again')
    .option('--workers <n>', 'number of processes that execute runs', numberOption({ min: 1, max: 256, integer: true }))
    .option(
      '--cores <n>',
      'number of cores that the workers share; default: all',
      numberOption({ min: 1, integer: true }),
    )
    .option(
      '--queue [url]',
      'execute the runs by `tunebook worker` through this Redis; default: the variable TUNEBOOK_QUEUE',
    )
    .option('--no-cache', 'do not share the features of frozen layers between runs')
    .option('--export <file...>', 'also write the table of runs: .parquet, .arrow, .csv or .json')
    .option('--mlflow <dir>', "also write the runs into MLflow's file store")
    .option('--importance', 'also print which axes the results depend on (functional ANOVA)')
    .option('--json', 'print one JSON object as the last line')
    .option(
      '--max-runs <n>',
      'the most runs that the study may have; default: 10000',
      numberOption({ min: 1, integer: true }),
    )
    .action(
      async (
        file: string,
        { json, export: files = [], mlflow, importance: asked, queue, ...options }: Options,
        command: Command,
      ) => {
        const configuration = readConfiguration(file, command.options);
        for (const name of files) {
          checkExport(name);
          outputFile(name, '--export', runsKind);
        }
        sayIfNothingToResume(options.resume, options.out, 'the study');
        const executor = queue === undefined ? undefined : () => queueExecutor(queueAddress(queue));
        const { end, ...listener } = terminalStudyListener();
        const result = await interruptible((shouldStop) =>
          study({ ...configuration, ...options, executor, listener: { ...listener, shouldStop } }),
        ).finally(end);
        for (const name of files) await exportTable(result.runs, name);
        if (mlflow !== undefined) {
          writeMlflow(result, mlflow);
          printAside(`For MLflow: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri ${shellWord(mlflow)}`);
        }
        const important = asked && importanceOrReason(result);
        if (json) printJson({ ...toJson(result), ...(important && { importance: important }) });
        else print(important ? `${summary(result)}\n${importanceText(important)}\n` : summary(result));
      },
    );
}

function readConfiguration(file: string, flags: readonly Option[]): StudyConfiguration {
  const read = readJson(file);
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new UserError(
      `'${file}' must hold an object like { "data": "emoji", "axes": { "dropout": [0, 0.5] }, "seeds": 5 }`,
    );
  }
  const stray = Object.keys(read).find((key) => !configurationKeys.includes(key));
  if (stray !== undefined) throw unknownKey(file, stray, flags);
  const configuration = read as StudyConfiguration;
  return withPathsBeside(configuration, (path) => {
    const beside = resolve(dirname(file), path);
    return !existsSync(path) && existsSync(beside) ? beside : path;
  });
}

/** Find the dataset and the files of weights that a configuration names beside its own file, too. What is no path is left as it is. */
function withPathsBeside<Part>(part: Part, find: (path: string) => string): Part {
  if (typeof part !== 'object' || part === null) return part;
  const found = Object.entries(part).map(([key, value]) => {
    const isPath = typeof value === 'string' && (key === 'data' || key === 'weights');
    return [key, isPath ? find(value) : withPathsBeside(value, find)];
  });
  return (Array.isArray(part) ? found.map(([, value]) => value) : Object.fromEntries(found)) as Part;
}

/** The error about an unknown key; options of the command line, such as `resume`, are not allowed in the file. */
function unknownKey(file: string, key: string, flags: readonly Option[]): UserError {
  const flag = flags.find((each) => each.attributeName() === key)?.long;
  const meant = flag === undefined ? didYouMean(key, configurationKeys) : `; give ${flag} on the command line`;
  return new UserError(`'${file}' has a key ${shown(key)}; the keys are ${configurationKeys.join(', ')}${meant}`);
}

/** A study whose axes cannot be judged yet has results nevertheless: the reason is printed beside them. */
function importanceOrReason(result: StudyResult): Importance | undefined {
  try {
    return importance(result);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printAside(error.message);
    return undefined;
  }
}

function toJson({ rows, runs, failed, left, folder }: StudyResult) {
  return { table: rows.map(jsonRow), runs: runs.numRows(), failed, left, folder };
}

function summary({ rows, runs, failed, left, folder }: StudyResult): string {
  const counts = [`${runs.numRows()} runs`, failed > 0 && `${failed} failed`, left > 0 && `${left} left`].filter(
    Boolean,
  );
  const hint = left > 0 ? ' (--resume continues)' : '';
  const lines = [leaderboardText(rows), ...verdictExplanations(rows), `${counts.join(', ')}${hint}, in ${folder}`];
  return `${lines.join('\n\n')}\n`;
}
