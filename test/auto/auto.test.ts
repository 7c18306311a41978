import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { autoByClock } from '../../src/auto/auto';
import type { AutoOptions } from '../../src/auto/options';
import { imageFolder } from '../../src/data';
import { reportText } from '../../src/report';
import { openRun, readRun } from '../../src/runs';
import { optionalEngines } from '../../src/tensorflow/graph/optionalEngines';
import { runCommand } from '../cli/runCommand';
import { temporaryFolder, withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';

const tiny = { backbones: ['mobilenet-v1-0.25'], weights: 'random', inputSize: 32, cache: false } as const;

/** A clock that a test moves; by itself it goes on by a millisecond whenever it is asked. */
function fakeClock() {
  const clock = { seconds: 0, now: () => (clock.seconds += 0.001) };
  return clock;
}

/** A clock by which every part takes so many seconds, and a listener that moves it. */
function steadyClock(seconds: number) {
  const clock = fakeClock();
  return {
    now: clock.now,
    onRecord: () => {
      clock.seconds += seconds;
    },
  };
}

const search = (root: string, options: AutoOptions, now: () => number = fakeClock().now) =>
  autoByClock(imageFolder(root), { ...tiny, ...options }, now, async () => ({ decode: 0.002, forward: 0.006 }));

describe('an automatic search', () => {
  let root: string;
  before(async () => {
    root = await stripesFolder(10);
  });

  it('ends with one run folder like any other, whose test pictures nothing else looked at, once', async () => {
    const out = join(temporaryFolder(), 'search');
    await withEmptyCache(async (cache) => {
      const { now, onRecord } = steadyClock(6);
      const result = await search(root, { out, minutes: 0.6, listener: { onRecord } }, now);
      const uses = readdirSync(join(cache, 'test-uses'));
      assert.equal(uses.length, 1);
      const run = readRun(result.run!);
      assert.equal(run.test!.predictions.length, 6);
      assert.equal(run.test!.earlier, 0);
      const seen = new Set(
        [...readdirSync(join(out, 'candidates'))].flatMap((name) => filesOf(join(out, 'candidates', name))),
      );
      for (const { file } of run.test!.predictions) assert.ok(!seen.has(file), file);
      const ended = result.records.filter(({ state }) => state === 'done').map(({ name }) => name);
      assert.deepEqual(ended.slice(0, 2), ['mobilenet-v1-0.25-logistic', 'check']);
      assert.match(ended[2]!, /hybrid/);
      assert.equal(ended[3], 'mobilenet-v1-0.25-dense');
      assert.ok(result.records.some(({ state }) => state === 'left out'));
      assert.equal(result.accuracy, result.records.findLast(({ better }) => better)!.accuracy);
      const model = await openRun(result.run!);
      const { predictions } = await model.predict(join(root, 'red', '0.png'));
      assert.equal(predictions[0]!.probabilities.length, 3);
      model.dispose();
      assert.match(reportText(result.run!), /Test: \d of 6 right/);

      // in an instant nothing is added, and the test pictures are not looked at again
      const again = await search(root, { out, minutes: 0.1, resume: true }, steadyClock(60).now);
      assert.equal(again.best, result.best);
      assert.deepEqual(readdirSync(join(cache, 'test-uses')), uses);
      assert.deepEqual(again.test, result.test);
    });
  });

  it('has a model from logistic regression even when the time is over at once, and leaves out what would not fit', async () => {
    const out = join(temporaryFolder(), 'search');
    const clock = fakeClock();
    const listener = {
      onEpoch: () => {
        clock.seconds += 3600; // the first model takes longer than there is
      },
    };
    const { best, records, run } = await search(root, { out, minutes: 0.5, listener }, clock.now);
    assert.equal(best, 'mobilenet-v1-0.25-logistic');
    assert.equal(records.filter(({ kind }) => kind === 'training').length, 1);
    assert.ok(existsSync(join(run!, 'model', 'model.json')));
  });

  it('computes frozen layers with the engine that was asked for', async function () {
    if (!optionalEngines.onnxruntime.isInstalled()) return this.skip(); // `npm test` brings it; without a network it says so
    const out = join(temporaryFolder(), 'search');
    const clock = fakeClock();
    const listener = {
      onEpoch: () => {
        clock.seconds += 3600;
      },
    };
    const { run } = await search(root, { out, minutes: 0.5, engine: 'onnxruntime', listener }, clock.now);
    assert.equal(readRun(run!).configuration.device.engine, 'onnxruntime');
  });

  it('stops a training when the time is over, and continues it with resume', async () => {
    const out = join(temporaryFolder(), 'search');
    const clock = fakeClock();
    let epochs = 0;
    const listener = {
      onEpoch: () => {
        if (++epochs === 10) clock.seconds += 100; // in the training of the first candidate that takes many
      },
    };
    const first = await search(root, { out, minutes: 1, listener }, clock.now);
    const stopped = first.records.find(({ state }) => state === 'stopped')!;
    const [, candidate, epochsDone] = /^(mobilenet-v1-0\.25-hybrid-\d+)-after-(\d+)$/.exec(stopped.name)!;
    assert.ok(Number(epochsDone) >= 9, stopped.name);
    const state = join(out, 'states', candidate!);
    assert.ok(existsSync(state));
    await assert.rejects(search(root, { out, minutes: 1 }), /holds an earlier search: give resume/);
    await assert.rejects(search(root, { out, minutes: 1, resume: true, seed: 3 }), /other pictures or options/);

    const { now, onRecord } = steadyClock(60);
    const second = await search(root, { out, minutes: 0.2, resume: true, listener: { onRecord } }, now);
    assert.ok(second.records.some(({ name, state: ended }) => name === candidate && ended === 'done'));
    assert.ok(!existsSync(state));
    const history = readFileSync(join(out, 'candidates', candidate!, 'history.csv'), 'utf8');
    const [before] = readRun(join(out, 'candidates', stopped.name)).history;
    assert.ok(history.includes(`${before!.loss}`), 'it went on from the epochs that were trained before');
  });

  it('leaves nothing to resume where it failed before its first part', async () => {
    const out = join(temporaryFolder(), 'search');
    const failing = autoByClock(imageFolder(root), { ...tiny, out, minutes: 0.5 }, fakeClock().now, async () => {
      throw new Error('no speed');
    });
    await assert.rejects(failing, /no speed/);
    const { records } = await search(root, { out, minutes: 0.1 }, steadyClock(60).now); // without resume
    assert.ok(records.length > 0);
  });

  it('says so where a class has too few pictures to put some aside', async () => {
    const messages: string[] = [];
    const few = await stripesFolder(4);
    const { now, onRecord } = steadyClock(60);
    const listener = { onRecord, onMessage: (text: string) => messages.push(text) };
    const out = join(temporaryFolder(), 'search');
    const { test, pictures } = await search(few, { out, minutes: 0.1, listener }, now);
    assert.deepEqual([test, pictures.test], [undefined, 0]);
    assert.match(
      messages.join('\n'),
      /no pictures are put aside for testing: class 'blue' has only 4, and 5 are needed/,
    );
  });

  it('is a command that prints what each part took, and the test accuracy', async () => {
    const out = join(temporaryFolder(), 'search');
    const flags = ['--backbones', tiny.backbones[0], '--weights', 'random', '--input-size', '32', '--minutes', '0.1'];
    const { status, stdout } = await runCommand('auto', '--data', root, '--out', out, ...flags);
    assert.equal(status, 0);
    assert.match(stdout, /^part +state +seconds +accuracy/);
    assert.match(stdout, /mobilenet-v1-0\.25-logistic +done .*best so far/);
    assert.match(stdout, /test accuracy +[01]\.\d+ +\(95% interval/);
    assert.match(readFileSync(join(out, 'report.html'), 'utf8'), /<h1>Automatic search<\/h1>/);
    assert.match(readFileSync(join(out, 'table.csv'), 'utf8'), /^part,state,seconds/);
    const wrong = await runCommand('auto', '--data', root, '--out', out, ...flags);
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /holds an earlier search/);
  });

  it('refuses wrong options before any work', async () => {
    const out = join(temporaryFolder(), 'search');
    await assert.rejects(search(root, { out, minutes: 0 }), /auto: minutes must be a number >= 0.1/);
    await assert.rejects(search(root, { out, test: 2 }), /auto: test must be a number/);
    await assert.rejects(search(root, { out, backbones: [] }), /auto: backbones must be a list of names/);
    await assert.rejects(search(root, { out, epochs: 3 } as AutoOptions), /auto: unknown option 'epochs'/);
    await assert.rejects(
      search(root, { out, engine: 'cuda' as 'auto' }),
      /unknown engine .*tensorflow, onnxruntime, openvino, auto/,
    );
    await assert.rejects(search(root, { out: root }), /is not empty/);
    assert.ok(!existsSync(out));
  });
});

/** The validation pictures of a run. */
const filesOf = (folder: string) => readRun(folder).predictions.map(({ file }) => file);
