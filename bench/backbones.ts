/* `node dist/bench/backbones.js`: every architecture: number of parameters, agreement with Keras, time to load, time per picture. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, UserError } from '../src/core/errors';
import { alignColumns } from '../src/core/text';
import { backboneEntry, backboneNames } from '../src/models';
import { KerasOracle, oraclePython } from '../test/models/keras';
import { runCommand } from './process';

const USAGE = `node dist/bench/backbones.js [--only NAME[,NAME...]] [--json]

  --only   some of ${backboneNames().join(', ')}
  --json   one JSON object as the last line, in place of the table`;

/** Networks with a larger input are compared at 75 pixels, a size that has the same uneven rounding, because Keras would take minutes. */
const LARGEST_COMPARED = 240;
const compareAt = (name: string) => {
  const { inputSize } = backboneEntry(name).preprocessing;
  return inputSize <= LARGEST_COMPARED ? inputSize : 75;
};

/** Goals for the time to load from the cache (seconds), with and without the classifier. */
const GOALS: Record<string, number> = { vgg16: 5, 'efficientnet-lite0': 1 };

interface Row {
  name: string;
  /** with the ImageNet classifier, as tunebook builds it */
  parameters: number;
  published: number;
  /** input size, in pixels, at which Keras and tunebook were compared */
  comparedAt: number;
  /** largest difference relative to the largest value; null without Keras */
  logitError: number | null;
  featureError: number | null;
  /** seconds of `loadBackbone` in a new process, after its file was read once: without and with the classifier */
  load: number;
  loadWithTop: number | null;
  /** how many random numbers were drawn during loading */
  drawn: number;
  /** milliseconds per picture, at the input size of the weights, in batches, as a graph */
  millisecondsAPicture: number;
}

async function main(argv: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...argv],
    options: { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (options.help) return void process.stdout.write(`${USAGE}\n`);
  const names = options.only?.split(',') ?? backboneNames();
  names.forEach(backboneEntry); // report an unknown name before any work
  const python = oraclePython();
  if (!python)
    process.stderr.write('Keras is not installed (npm test brings it): weights are random, nothing is compared\n');
  const rows: Row[] = [];
  for (const name of names) {
    const began = performance.now();
    try {
      rows.push(await measure(name, python));
      process.stderr.write(`${name}: ${Math.round((performance.now() - began) / 1000)} s\n`);
    } catch (error) {
      process.stderr.write(`${name} could not be measured: ${messageOf(error)}\n`);
      process.exitCode = 1;
    }
  }
  process.stdout.write(options.json ? `${JSON.stringify({ rows })}\n` : report(rows));
}

async function measure(name: string, python: string | undefined): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-bench-'));
  const cache = join(folder, 'cache');
  const comparedAt = compareAt(name);
  // each step has its own process, so that its memory use does not affect the next
  const step = async (...parameters: string[]) => {
    const script = join(__dirname, 'backbones', 'step.js');
    const { answer } = await runCommand(process.execPath, [script, ...parameters], {
      ...process.env,
      TUNEBOOK_CACHE: cache,
    });
    return answer as Record<string, number>;
  };
  const oracle = python ? new KerasOracle(python, folder) : undefined;
  try {
    oracle?.ask({ name, size: comparedAt });
    const answer = join(folder, 'answer.json');
    if (oracle) writeFileSync(answer, JSON.stringify(await oracle.answer()));
    oracle?.end();
    const {
      parameters,
      logitError = null,
      featureError = null,
    } = await step('compare', name, String(comparedAt), answer);
    const { seconds, drawn, milliseconds } = await step('load', name);
    const withTop = await step('load', name, 'top');
    return {
      ...{ name, parameters: parameters!, published: backboneEntry(name).parameters, comparedAt },
      ...{ logitError, featureError, load: seconds!, loadWithTop: withTop.seconds! },
      ...{ drawn: drawn! + withTop.drawn!, millisecondsAPicture: milliseconds! },
    };
  } finally {
    oracle?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(rows: readonly Row[]): string {
  const header = [
    ...['backbone', 'parameters', 'as published', 'compared at', 'logits differ', 'features differ'],
    ...['load', 'with top', 'random numbers', 'a picture'],
  ];
  const error = (value: number | null) => (value === null ? '-' : value.toExponential(1));
  const cells = rows.map((row) => [
    row.name,
    row.parameters.toLocaleString('en'),
    row.parameters === row.published ? 'yes' : `no: ${row.published}`,
    `${row.comparedAt} px`,
    error(row.logitError),
    error(row.featureError),
    `${row.load.toFixed(2)} s`,
    row.loadWithTop === null ? '-' : `${row.loadWithTop.toFixed(2)} s`,
    String(row.drawn),
    `${row.millisecondsAPicture.toFixed(1)} ms`,
  ]);
  const goals = rows
    .filter(({ name }) => GOALS[name])
    .map(({ name, load, loadWithTop }) => {
      const slowest = Math.max(load, loadWithTop ?? 0);
      const verdict = slowest <= GOALS[name]! ? 'met' : 'missed';
      return `${name} ready in ${slowest.toFixed(2)} s from the warm cache; goal ${GOALS[name]} s: ${verdict}`;
    });
  return `${[
    alignColumns([header, ...cells], [false, true, false, ...new Array(7).fill(true)]),
    '',
    `weights: random numbers written by Keras, moving statistics too, read from its .h5; ${cpus()[0]?.model.trim()}`,
    ...goals,
  ].join('\n')}\n`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
