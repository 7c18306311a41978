/* `npm run bench`: tunebook compared with Keras, PyTorch, ONNX Runtime and OpenVINO: the same work with the same number of threads, in turn. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { renderPng } from '../src/charts/render';
import { messageOf, UserError } from '../src/core/errors';
import { projectFolder } from '../src/core/paths';
import { ratioChart } from './chart';
import { describeChanges } from './compare';
import { writePage } from './page';
import { describePeak, type MachinePeak, measurePeak } from './peak';
import { PeerPool } from './peerPool';
import { missingPeers, threads } from './peers';
import { describeMachine, keepRecord, readRecord, recordOf } from './record';
import type { Row, Settings } from './row';
import { rows } from './rows';
import { describeValues, type Result, resultNotes, resultTable } from './table';
import { judge } from './verdict';

/** 200 photos of five kinds of flowers for training and 150 for validation. */
const FLOWERS = join(dirname(projectFolder), 'shared', 'data', 'flowers');

const USAGE = `npm run bench [-- --only ROW[,ROW...]] [--photos DIR] [--quick] [--compare FILE] [--publish] [--json]

  --only   some rows, by name or its beginning: ${rows.map(({ name }) => name).join(', ')}
  --photos folder with train/ and validation/ for the rows from photos to a model; default ../shared/data/flowers
  --quick  fewer rounds, epochs and pictures, to check that everything works
  --compare  an earlier run, a file of build/bench/runs or bench/results.json: shows what became slower
  --publish  also write bench/RESULTS.md, with its chart and numbers
  --json   one JSON object as the last line, in place of the table`;

/** @returns exit code: 0 also where goals are missed */
export async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const chosen = chooseRows(options.only);
  const before = options.compare === undefined ? undefined : readRecord(resolve(options.compare));
  const began = performance.now();
  const missing = missingPeers();
  if (missing) process.stderr.write(`${missing}\n`);
  const pool = new PeerPool();
  const settings: Settings = {
    quick: options.quick === true,
    ...(options.quick ? { rounds: [2, 3], seconds: 10 } : { rounds: [3, 9], seconds: 10 }),
    photos: resolve(options.photos ?? FLOWERS),
    shared: new Map(),
    pool,
    onProgress: progress,
  };
  let peak: MachinePeak | undefined;
  try {
    progress("measuring the machine's peak");
    peak = await measurePeak(options.quick ? 3 : 5);
  } catch (error) {
    process.stderr.write(`the machine's peak: ${messageOf(error)}\n`);
  }
  const results: Result[] = [];
  for (const row of chosen) {
    const rowBegan = performance.now();
    pool.enter(row.group ?? row.name);
    const onProgress = (what: string) => progress(`${row.name}: ${what}`);
    const measurement = await row
      .measure({ ...settings, onProgress })
      .catch((error) => ({ values: {}, notes: [messageOf(error)] }));
    results.push({ row, measurement });
    progress('');
    // print each row as soon as it is measured, because the table comes at the end, which may never be reached
    if (!options.json) {
      const took = Math.round((performance.now() - rowBegan) / 1000);
      process.stderr.write(`${row.name}: ${describeValues(measurement, row.unit)} (measured in ${took} s)\n`);
    }
  }
  pool.end();
  const peaks = peak ? describePeak(peak) : 'peak not measured';
  const seconds = (performance.now() - began) / 1000;
  const record = recordOf(results, { quick: settings.quick, seconds, peak });
  const machine = describeMachine(record.machine);
  const files = [...(await write(results, `${machine}; ${peaks}`)), keepRecord(record)];
  if (options.publish) files.push(...(await writePage(record, results, join(projectFolder, 'bench'))));
  if (options.json) {
    const judged = results.map(({ row, measurement }) => ({
      name: row.name,
      work: row.work,
      unit: row.unit,
      ...measurement,
      ...judge(measurement, row.goals, row.requirements),
    }));
    process.stdout.write(`${JSON.stringify({ machine, threads, peak, seconds, rows: judged, files })}\n`);
    return 0;
  }
  const notes = resultNotes(results);
  const text = [`${machine}; ${peaks}`, '', resultTable(results, peak), ...(notes.length > 0 ? ['', ...notes] : [])];
  if (before) text.push('', describeChanges(before, record));
  process.stdout.write(`${text.join('\n')}\n\n${files.join('\n')}\n${Math.round(seconds)} s\n`);
  return 0;
}

function readOptions(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string', multiple: true },
        photos: { type: 'string' },
        quick: { type: 'boolean' },
        compare: { type: 'string' },
        publish: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(`${messageOf(error)}\n${USAGE}`);
  }
}

function chooseRows(only: readonly string[] | undefined): readonly Row[] {
  if (!only) return rows;
  const names = only.flatMap((list) => list.split(','));
  const unknown = names.find((name) => !rows.some((row) => row.name.startsWith(name)));
  if (unknown !== undefined) {
    throw new UserError(`--only: no row '${unknown}'; the rows are ${rows.map(({ name }) => name).join(', ')}`);
  }
  return rows.filter((row) =>
    names.some(
      (name) => row.name === name || (row.name.startsWith(name) && !rows.some((other) => other.name === name)),
    ),
  );
}

/** Save the chart as a picture and as its Vega-Lite specification. @returns the files */
async function write(results: readonly Result[], subtitle: string): Promise<string[]> {
  const folder = join(projectFolder, 'build', 'bench');
  mkdirSync(folder, { recursive: true });
  const spec = ratioChart(results, subtitle);
  const files = [join(folder, 'bench.png'), join(folder, 'bench.vl.json')];
  writeFileSync(files[0]!, await renderPng(spec));
  writeFileSync(files[1]!, `${JSON.stringify(spec)}\n`);
  return files;
}

/** Show one line on standard error and overwrite it later; does nothing if that is not a terminal. */
function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${what}`);
}
