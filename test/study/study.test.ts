import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { imageFolder } from '../../src/data';
import { readRun } from '../../src/runs';
import { type StudyConfiguration, type StudyState, study } from '../../src/study';
import { optionalEngines } from '../../src/tensorflow/graph/optionalEngines';
import { train } from '../../src/training';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { comparable } from './workers';

const lines = (file: string) => readFileSync(file, 'utf8').trim().split('\n');

describe('a study', () => {
  let data: string;
  let configuration: StudyConfiguration;

  before(async () => {
    data = await stripesFolder(8);
    configuration = {
      data,
      // the smallest network: what is tested is the same for each
      settings: { epochs: 3, inputSize: 64, backbone: 'mobilenet-v1-0.25', weights: 'random' },
      axes: { dropout: [0, 0.5], learningRate: [0.003, 0.01] },
      seeds: 3,
    };
  });

  it('computes frozen layers with the engine of the settings, or compares engines as an axis', async function () {
    if (!optionalEngines.onnxruntime.isInstalled()) return this.skip(); // `npm test` brings it; without a network it says so
    const out = join(temporaryFolder(), 'study');
    await study({ ...configuration, axes: { engine: ['tensorflow', 'onnxruntime'] }, seeds: 1, out });
    const engines = readdirSync(join(out, 'runs')).map(
      (run) => readRun(join(out, 'runs', run)).configuration.device.engine,
    );
    assert.deepEqual(engines.sort(), ['onnxruntime', 'tensorflow']);
  });

  it('is not begun in a folder with other files, of which none is replaced or removed', async () => {
    const out = temporaryFolder();
    mkdirSync(join(out, 'checkpoints'));
    for (const name of ['checkpoints/best.pt', 'table.csv']) writeFileSync(join(out, name), 'mine');
    for (const resume of [false, true]) {
      await assert.rejects(
        study({ ...configuration, out, resume }),
        /is not empty and holds no study: give a new folder/,
      );
    }
    assert.deepEqual(readdirSync(out).sort(), ['checkpoints', 'table.csv']);
    assert.equal(readFileSync(join(out, 'checkpoints/best.pt'), 'utf8'), 'mine');
    // what a study leaves that was killed before its first run
    const begun = temporaryFolder();
    mkdirSync(join(begun, 'runs'));
    const { left } = await study({ ...configuration, axes: {}, seeds: 1, out: begun });
    assert.equal(left, 0);
  });

  it('makes every configuration with every seed, with the same split for all runs of a seed', async () => {
    const states: StudyState[] = [];
    const out = join(temporaryFolder(), 'study');
    const result = await study({ ...configuration, out, listener: { onStudy: (state) => states.push(state) } });
    assert.equal(result.rows.length, 4);
    assert.ok(result.rows.every(({ n }) => n === 3));
    assert.deepEqual(result.rows[0]!.axes, { dropout: 0, learningRate: 0.003 });
    assert.equal(result.rows[0]!.difference, null);
    assert.match(result.rows[1]!.difference!.verdict, /^(better|worse|cannot tell)/);
    assert.equal(result.table.numRows(), 4);
    assert.equal(result.runs.numRows(), 12);
    assert.equal(result.left, 0);

    const runs = readdirSync(join(out, 'runs'));
    assert.equal(runs.length, 12);
    for (const run of runs) {
      assert.deepEqual(readdirSync(join(out, 'runs', run)).sort(), [
        'config.json',
        'history.csv',
        'metrics.json',
        'predictions.csv',
        'run.json',
        'tensorboard',
      ]);
    }
    const validated = (run: string) =>
      lines(join(out, 'runs', run, 'predictions.csv'))
        .map((line) => line.split(',')[0])
        .join();
    for (const seed of [1, 2, 3]) {
      const splits = runs.filter((run) => run.includes(`seed${seed}-`)).map(validated);
      assert.equal(new Set(splits).size, 1);
    }
    assert.equal(new Set(runs.map(validated)).size, 3);
    assert.equal(lines(join(out, 'index.jsonl')).length, 12);
    assert.equal(lines(join(out, 'table.csv')).length, 5);
    assert.equal(lines(join(out, 'runs.csv')).length, 13);
    assert.ok(!existsSync(join(out, '.lock')));

    assert.equal(states.at(-1)!.ended, 12);
    assert.equal(states.at(-1)!.secondsLeft, 0);
    assert.ok(states.some(({ secondsLeft, ended }) => ended > 0 && secondsLeft! > 0));
  });

  it('gives the same result for a run as train with the same options', async () => {
    const settings = { epochs: 3, inputSize: 64, dropout: 0.5 };
    const { runs } = await study({ data, settings, seeds: [7], out: join(temporaryFolder(), 'study') });
    const alone = await train(imageFolder(data), { ...settings, seed: 7 });
    assert.equal((runs.object() as { loss: number }).loss, alone.loss);
  });

  it('continues where it was stopped, makes no run twice, and gives the same table', async () => {
    const whole = await study({ ...configuration, out: join(temporaryFolder(), 'whole') });
    const out = join(temporaryFolder(), 'study');
    let ended = 0;
    const part = await study({
      ...configuration,
      out,
      listener: { onStudy: (state) => (ended = state.ended), shouldStop: () => ended >= 5 },
    });
    assert.equal(part.left, 7);
    assert.equal(part.runs.numRows(), 5);
    await assert.rejects(study({ ...configuration, out }), /holds a study: resume it \(--resume\)/);
    const made = readFileSync(join(out, 'index.jsonl'), 'utf8');
    const rest = await study({ ...configuration, out, resume: true });
    assert.ok(readFileSync(join(out, 'index.jsonl'), 'utf8').startsWith(made));
    assert.equal(lines(join(out, 'index.jsonl')).length, 12);
    assert.deepEqual(comparable(rest.rows), comparable(whole.rows));
  });

  it('makes only new runs if it gets more seeds', async () => {
    const out = join(temporaryFolder(), 'study');
    const first = await study({ ...configuration, seeds: 1, out });
    const more = await study({ ...configuration, seeds: 2, out, resume: true });
    assert.equal(more.runs.numRows(), 8);
    const started = (rows: object[]) => rows.map((row) => (row as { started: string }).started);
    assert.deepEqual(started(more.runs.objects()).slice(0, 4), started(first.runs.objects()));
  });

  it('lists a failed run with its error, and continues', async () => {
    const out = join(temporaryFolder(), 'study');
    const axes = { learningRate: [0.003, 1e39] };
    const { rows, failed, runs } = await study({
      data,
      settings: { epochs: 2, inputSize: 64, optimizer: 'sgd', batchSize: 2 },
      axes,
      seeds: 2,
      out,
    });
    assert.equal(failed, 2);
    assert.deepEqual(
      rows.map(({ n, failed }) => [n, failed]),
      [
        [2, 0],
        [0, 2],
      ],
    );
    assert.equal(rows[1]!.accuracy, null);
    const row = runs.objects().at(-1) as { state: string; error: string };
    assert.equal(row.state, 'failed');
    assert.match(row.error, /the loss became/);
    const again = await study({
      data,
      settings: { epochs: 2, inputSize: 64, optimizer: 'sgd', batchSize: 2 },
      axes,
      seeds: 2,
      out,
      resume: true,
    });
    assert.deepEqual(again.runs.objects(), runs.objects());
    const retried = await study({
      ...{ data, settings: { epochs: 2, inputSize: 64, optimizer: 'sgd', batchSize: 2 }, axes, seeds: 2, out },
      resume: true,
      retryFailed: true,
    });
    assert.equal(retried.failed, 2);
    assert.equal(lines(join(out, 'index.jsonl')).length, 6);
  });

  it('ends when its budget is used up, and continues with the next budget', async () => {
    const out = join(temporaryFolder(), 'study');
    const first = await study({ ...configuration, budget: { runs: 5 }, out });
    assert.equal(first.runs.numRows(), 5);
    const second = await study({ ...configuration, budget: { runs: 5 }, out, resume: true });
    assert.equal(second.runs.numRows(), 10);
    const none = await study({ ...configuration, budget: { minutes: 0 }, out, resume: true });
    assert.equal(none.runs.numRows(), 10);
  });

  it('gives up hopeless runs by the median rule', async () => {
    const { rows } = await study({
      data,
      settings: { epochs: 8, inputSize: 64 },
      axes: { learningRate: [0.02, 0.01, 0.015, 0.03, 0.025, 1e-7] },
      seeds: 2,
      budget: { pruning: 'median' },
      out: join(temporaryFolder(), 'study'),
    });
    assert.equal(rows.at(-1)!.pruned, 1);
    assert.equal(rows.at(-1)!.n, 0);
    assert.equal(rows[0]!.n, 2);
  });

  it('changes only the random numbers of training along the axis dummy', async () => {
    const out = join(temporaryFolder(), 'study');
    const { rows, runs } = await study({
      data,
      settings: { epochs: 2, inputSize: 64 },
      axes: { dummy: ['a', 'b'] },
      seeds: 3,
      out,
    });
    assert.match(rows[1]!.difference!.verdict, /^cannot tell/);
    const [first, second] = runs.objects() as { run: string; loss: number }[];
    assert.notEqual(first!.loss, second!.loss);
    const files = ({ run }: { run: string }) =>
      lines(join(out, 'runs', run, 'predictions.csv'))
        .map((line) => line.split(',')[0])
        .sort();
    assert.deepEqual(files(first!), files(second!));
  });

  it('reports every mistake before any run, and makes no folder', async () => {
    const out = join(temporaryFolder(), 'study');
    const wrong = (change: object, message: RegExp) =>
      assert.rejects(study({ ...configuration, out, ...change }), message);
    await wrong(
      { axis: {} },
      /study: unknown option 'axis'; the options are data, dataOptions, settings, axes, seeds, design/,
    );
    await wrong({ settings: { epoch: 3 } }, /'epoch' is not a setting of a training; the settings are epochs/);
    await wrong({ axes: { depth: [1, 2] } }, /axis 'depth' is not a setting of a training; the settings are epochs/);
    await wrong({ axes: { recipe: [{ name: 'slow', epoch: 3 }] } }, /'epoch' is not a setting of a training/);
    await wrong({ axes: { variant: ['hybird'] } }, /unknown variant 'hybird'; the variants are feature-extraction/);
    await wrong({ axes: { augment: ['none', 'lots'] } }, /lots/);
    await wrong({ axes: { dropout: [0, 'half'] } }, /train: dropout must be a number >= 0 and <= 0.99, got 'half'/);
    await wrong({ axes: { dropout: [0, 2] } }, /dropout must be a number >= 0 and <= 0.99, got 2/);
    await wrong({ axes: { backbone: ['lenet'] } }, /unknown backbone 'lenet'/);
    await wrong({ seeds: 0 }, /study: seeds must be a whole number >= 1, got 0/);
    await wrong({ seeds: [1, 1] }, /a seed is listed twice/);
    await wrong({ settings: { seed: 1 } }, /give 'seeds' beside the axes/);
    await wrong({ design: 'latin' }, /unknown design "latin"; the designs are grid, one-factor, leave-one-out, random/);
    await wrong(
      { budget: { hours: 1 } },
      /study: budget: unknown option 'hours'; the options are runs, minutes, pruning/,
    );
    await wrong({ budget: { pruning: 'best' } }, /unknown pruning "best"; it can be none, median, halving/);
    await wrong({ baseline: { dropout: 0.1 } }, /axis 'dropout' has no value 0.1/);
    await wrong({ data: 'nowhere' }, /no folder 'nowhere'/);
    await wrong({ data: 3 }, /data must be a folder of pictures or the name of a sample, got 3/);
    assert.ok(!existsSync(out));
  });

  it('is made by one process at a time, and only with the same pictures', async () => {
    const out = join(temporaryFolder(), 'study');
    await study({ ...configuration, budget: { runs: 1 }, out });
    const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8');
    const begun = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const { hostname } = await import('node:os');
    const lock = join(out, '.lock');
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), begun }));
    await assert.rejects(study({ ...configuration, out, resume: true }), /is in use by process \d+/);
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), begun: '1' })); // an earlier process
    await study({ ...configuration, budget: { runs: 1 }, out, resume: true });
    const others = await stripesFolder(3);
    await assert.rejects(study({ ...configuration, data: others, out, resume: true }), /used other pictures/);
  });
});

describe('tunebook study', () => {
  const command = [join(projectFolder, 'kernel-setup', 'tunebook.mjs'), 'study'];
  const tunebook = (...args: string[]) => spawnSync(process.execPath, [...command, ...args], { encoding: 'utf8' });

  async function configured(more: object = {}): Promise<string> {
    const file = join(temporaryFolder(), 'study.json');
    const configuration = {
      data: await stripesFolder(8),
      settings: { epochs: 30, inputSize: 64 },
      axes: { dropout: [0, 0.3, 0.6] },
      seeds: 3,
      ...more,
    };
    writeFileSync(file, JSON.stringify(configuration));
    return file;
  }

  it('gives the same table as without interruption if it is killed twice and resumed', async () => {
    const file = await configured();
    const whole = tunebook(file, '--out', join(temporaryFolder(), 'whole'), '--json');
    assert.equal(whole.status, 0, whole.stderr);
    const out = join(temporaryFolder(), 'study');
    for (const runs of [2, 5]) {
      const child = spawn(process.execPath, [...command, file, '--out', out, '--resume'], { stdio: 'ignore' });
      const index = join(out, 'index.jsonl');
      while (!existsSync(index) || lines(index).length < runs) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    assert.ok(lines(join(out, 'index.jsonl')).length < 9, 'killed before the end');
    const leftover = join(out, 'runs', '.half.1.tmp');
    mkdirSync(leftover, { recursive: true });
    const resumed = tunebook(file, '--out', out, '--resume', '--json');
    assert.equal(resumed.status, 0, resumed.stderr);
    const [one, other] = [whole, resumed].map(({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1)!));
    assert.deepEqual(Object.keys(other), ['table', 'runs', 'failed', 'left', 'folder']);
    assert.equal(other.runs, 9);
    const timeless = (table: object[]) => table.map((row) => ({ ...row, seconds: 0, memory: 0 }));
    assert.deepEqual(timeless(other.table), timeless(one.table));
    const listed = lines(join(out, 'index.jsonl')).map((line) => JSON.parse(line).run);
    assert.equal(new Set(listed).size, 9);
    assert.equal(listed.length, 9);
    assert.ok(!existsSync(leftover));
    rmSync(out, { recursive: true });
  });

  it('says in one line what is wrong with its configuration', async () => {
    const fails = (file: string, message: RegExp) => {
      const { status, stderr, stdout } = tunebook(file, '--out', join(temporaryFolder(), 'study'));
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    };
    fails('nowhere.json', /nowhere.json cannot be read: ENOENT/);
    fails(
      await configured({ sedes: 3 }),
      /has a key "sedes"; the keys are data, dataOptions, settings, .*did you mean 'seeds'/,
    );
  });
});
