import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { openDataset } from '../../src/data/public';
import { displaySymbol } from '../../src/notebook';
import { openRun, saveRun } from '../../src/runs';
import { type TrainResult, train } from '../../src/training';
import { exploreConfusion, tryModel } from '../../src/widgets';
import { temporaryFolder } from '../folders';
import { type Posted, withFakeComms } from '../notebook/widget/fakeComms';
import { stripes, stripesFolder } from '../pictures';

const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, epochs: 3, cache: false } as const;

/** The latest value of each name of a widget's state. */
const stateOf = (posted: readonly Posted[]) => Object.assign({}, ...posted.map(({ data }) => data.state ?? {}));

/** Wait until something is true. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((next) => setTimeout(next, 5));
}

describe('widgets of a run', function () {
  this.timeout(120_000);
  let folder: string;
  let head: TrainResult;
  let whole: TrainResult;
  before(async () => {
    folder = await stripesFolder(16);
    const dataset = await openDataset(folder);
    head = await train(dataset, options);
    whole = await train(dataset, { ...options, variant: 'fine-tune-all' });
  });
  after(() => {
    for (const run of [head, whole]) run?.dispose();
  });

  describe('tryModel', () => {
    it('predicts as the saved run does, with calibrated probabilities of the same order', async () => {
      for (const run of [head, whole]) {
        const content = await stripes('green', 30);
        const trial = await tryModel(run);
        const { classes, neighbors } = await trial.try(content, 'own.png');
        const saved = join(temporaryFolder(), 'run');
        await saveRun(run, saved);
        const model = await openRun(saved);
        const [expected] = (await model.predict(content)).predictions;
        model.dispose();
        assert.deepEqual(
          classes.map(({ name }) => name),
          expected!.classes.map(({ name }) => name),
        );
        const logs = expected!.classes.map(({ probability }) => Math.log(probability) / trial.temperature);
        const sum = logs.reduce((total, log) => total + Math.exp(log), 0);
        classes.forEach(({ probability }, i) => {
          assert.ok(Math.abs(probability - Math.exp(logs[i]!) / sum) < 1e-4, `${probability}`);
        });
        assert.equal(neighbors.length, 5);
      }
    });

    it('finds a training picture as its own nearest one, and sorts by distance', async () => {
      const trial = await tryModel(head, { neighbors: 3 });
      const { file, label } = head.split.train[4]!;
      const { neighbors } = await trial.try(readFileSync(file));
      assert.equal(neighbors[0]!.file, file);
      assert.equal(neighbors[0]!.class, head.classes[label]);
      assert.ok(neighbors[0]!.distance < 1e-5);
      const distances = neighbors.map(({ distance }) => distance);
      assert.deepEqual(
        distances,
        [...distances].sort((a, b) => a - b),
      );
      assert.ok(!readdirSync(tmpdir()).some((name) => name.startsWith('tunebook-try-')), 'no file is left');
    });

    it('shows the picture, its heat map and the neighbours, and says what cannot be read', () =>
      withFakeComms(async (comms) => {
        const trial = await tryModel(head, { neighbors: 2 });
        const empty = await trial[displaySymbol]();
        assert.match(String(empty['text/html']), /Run the cell/);
        const drop = async (name: unknown, content: Uint8Array) =>
          comms.receive('comm-1', { method: 'custom', content: { do: 'picture', name } }, [content]);
        await drop('<b>.png', await stripes('red', 31));
        await until(() => stateOf(comms.posted).name === '<b>.png' && stateOf(comms.posted).busy === false);
        const sent = comms.posted.find(({ data }) => JSON.stringify(data.buffer_paths ?? '').includes('pictures",3'))!;
        assert.equal(sent.buffers!.length, 4);
        for (const one of sent.buffers!) assert.deepEqual([...one.subarray(0, 2)], [0xff, 0xd8], 'a JPEG');
        const bundle = await trial[displaySymbol]();
        assert.match(String(bundle['text/html']), /<p>&#60;b&#62;\.png<\/p><div><img src="data:image\/jpeg/);
        assert.match(String(bundle['text/plain']), /^<b>\.png:\n {2}\w+ \d+\.\d%/);
        await drop('text.txt', Buffer.from('this is no picture'));
        await until(() => /^text\.txt: /.test(stateOf(comms.posted).message));
        await drop({}, new Uint8Array());
        await until(() => /^picture: /.test(stateOf(comms.posted).message));
        comms.receive('comm-1', { method: 'custom', content: null });
        comms.receive('comm-1', { method: 'custom', content: { do: 'picture' } });
        assert.equal(trial.last?.name, '<b>.png');
      }));

    it('refuses what is no picture, and wrong options', async () => {
      const trial = await tryModel(head, { neighbors: 0 });
      await assert.rejects(trial.try(Buffer.from('no')), UserError);
      await assert.rejects(trial.try(new Uint8Array(65 * 2 ** 20)), /has 65 MiB, expected at most 64/);
      assert.deepEqual((await trial.try(await stripes('red', 1))).neighbors, []);
      await assert.rejects(tryModel(head, { neighbors: 21 }), UserError);
      await assert.rejects(tryModel(head, { neighbours: 2 } as never), /unknown option 'neighbours'/);
    });
  });

  describe('exploreConfusion', () => {
    it('selects the pictures of a cell, those that change side at a threshold, and that of a point', () =>
      withFakeComms(async (comms) => {
        const explorer = await exploreConfusion(head);
        await explorer[displaySymbol]();
        const press = (content: unknown) => comms.receive('comm-1', { method: 'custom', content });
        const files = (wanted: (prediction: TrainResult['predictions'][number]) => boolean) =>
          head.predictions.filter(wanted).map(({ file }) => file);
        for (const [row, counts] of head.confusion.counts.entries()) {
          for (const [column, count] of counts.entries()) {
            press({ do: 'cell', row, column });
            assert.equal(explorer.selected.length, count);
            const expected = files(({ label, predicted }) => label === row && predicted === column);
            assert.deepEqual([...explorer.selected].sort(), expected.sort());
          }
        }
        press({ do: 'threshold', positive: 1, value: 0.2 });
        assert.deepEqual([explorer.positive, explorer.threshold], [head.classes[1], 0.2]);
        const now = files(({ probabilities }) => probabilities[1]! >= 0.2 && probabilities[1]! < 0.5);
        assert.deepEqual([...explorer.selected].sort(), now.sort());
        const { hits, chosen, positives, precision, recall } = stateOf(comms.posted);
        const over = head.predictions.filter(({ probabilities }) => probabilities[1]! >= 0.2);
        assert.equal(chosen, over.length);
        assert.equal(hits, over.filter(({ label }) => label === 1).length);
        assert.deepEqual([precision, recall], [chosen === 0 ? null : hits / chosen, hits / positives]);
        press({ do: 'threshold', positive: 1, value: 1 });
        assert.equal(stateOf(comms.posted).precision, null);

        const { points } = stateOf(comms.posted) as { points: { row: number; x: number; wrong: boolean }[] };
        assert.equal(points.length, head.predictions.length);
        assert.ok(points.every(({ x }) => x >= 0 && x <= 1));
        press({ do: 'point', index: 2 });
        assert.deepEqual(explorer.selected, [head.predictions[points[2]!.row]!.file]);
        const before = comms.posted.length;
        for (const nonsense of [
          null,
          {},
          { do: 'cell', row: -1, column: 0 },
          { do: 'cell', row: 'a', column: 0 },
          { do: 'point', index: 1e9 },
        ]) {
          press(nonsense);
        }
        press({ do: 'threshold', positive: 0, value: 5 });
        assert.equal(comms.posted.length, before);
      }));

    it('has the matrix as a picture and as text', async () => {
      const bundle = await (await exploreConfusion(whole, { embedding: 'none' }))[displaySymbol]();
      assert.ok(String(bundle['image/png']).startsWith('iVBOR'));
      assert.match(String(bundle['text/plain']), /selected: \d+ pictures? of /);
    });
  });
});
