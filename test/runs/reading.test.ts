import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { explainPictures, topLosses } from '../../src/analysis/explain';
import { type DataOptions, openDataset } from '../../src/data/public';
import { evaluationHtml, reportHtml } from '../../src/report';
import { evaluateRun, predict, saveRun } from '../../src/runs';
import type { Axes } from '../../src/study';
import { checkConfiguration } from '../../src/study/configuration';
import { planStudy } from '../../src/study/plan';
import { train } from '../../src/training';
import { tiff } from '../data/pictures/tiff';
import { temporaryFolder } from '../folders';
import { writePicture } from '../pictures';

/** Two classes of 12-bit scans in 16 bits: dark and bright ones, longer than wide. */
function scans(): string {
  const root = temporaryFolder();
  for (const [name, level] of Object.entries({ bright: 3000, dark: 300 })) {
    for (let i = 0; i < 4; i++) {
      const picture = tiff('uint16', { width: 48, height: 24 }, (x, y) => level + 40 * i + ((x * 7 + y * 3) % 90));
      writePicture(join(root, name, `${i}.tif`), picture);
    }
  }
  return root;
}

describe('the options with which the pictures of a run were read', () => {
  it('are saved with it, and used for new pictures', async function () {
    this.timeout(120_000);
    const root = scans();
    const dataset = await openDataset(root);
    const result = await train(dataset, { epochs: 1, inputSize: 32, fit: 'pad', cache: false });
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    const { data, settings } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    assert.deepEqual(data.reading, { ranges: { uint16: [0, 4095] }, fit: 'pad' });
    assert.equal(settings.fit, 'pad');
    const one = result.predictions[0]!;
    const probabilities = async (options?: Parameters<typeof predict>[2]) => {
      const { predictions, skipped } = await predict({ run: folder }, [one.file], options);
      assert.deepEqual(skipped, []);
      return predictions[0]!.probabilities;
    };
    const near = (a: readonly number[], b: readonly number[]) => a.every((value, i) => Math.abs(value - b[i]!) < 1e-3);
    assert.ok(near(await probabilities(), [...one.probabilities]));
    assert.ok(!near(await probabilities({ fit: 'stretch' }), [...one.probabilities]));
    assert.ok(near(await probabilities({ fit: 'pad' }), [...one.probabilities]));
    result.dispose();
  });

  it('are part of the settings of the runs of a study', async () => {
    const data = scans();
    const plan = async (dataOptions: DataOptions, axes: Axes = {}) => {
      const configuration = checkConfiguration({ data, dataOptions, axes, seeds: 1 });
      return planStudy(configuration, await openDataset(data, dataOptions));
    };
    const [plain, full] = [await plan({}), await plan({ range: 'full' })];
    assert.notEqual(plain.tasks[0]!.hash, full.tasks[0]!.hash);
    assert.equal(plain.tasks[0]!.dataOptions, undefined);
    assert.deepEqual(full.tasks[0]!.dataOptions, { range: 'full' });
    const { tasks } = await plan({}, { fit: ['crop', 'pad'] });
    assert.deepEqual(
      tasks.map(({ settings }) => settings.fit),
      ['crop', 'pad'],
    );
    assert.equal(tasks[0]!.hash, plain.tasks[0]!.hash);
    assert.notEqual(tasks[1]!.hash, plain.tasks[0]!.hash);
    await assert.rejects(
      plan({ fit: 'pad' } as object),
      /'fit' is a setting of a training: give it in 'settings', or as an axis/,
    );
    assert.throws(() => checkConfiguration({ data, dataOptions: [] as object }), /dataOptions must be an object/);
  });
});

describe('the pictures that a report and galleries show', () => {
  it('are read as in training', async function () {
    this.timeout(120_000);
    const root = scans();
    const result = await train(await openDataset(root), { epochs: 1, inputSize: 32, cache: false });
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    const told: string[] = [];
    const html = await reportHtml(folder, { say: (text) => told.push(text) });
    assert.deepEqual(told, []); // no section is left out
    assert.ok(html.includes('Grad-CAM') && html.includes('Highest losses'));
    const [bright] = await topLosses({ ...result, predictions: result.predictions.filter(({ label }) => label === 0) });
    const { channels } = await sharp(Buffer.from(bright!.url.split(',')[1]!, 'base64')).stats();
    assert.ok(channels[0]!.mean > 170, String(channels[0]!.mean)); // 3000 of 4095, not the grey of a failure
    const page = await evaluationHtml(await evaluateRun(folder, await openDataset(root, { range: [0, 65535] })));
    assert.ok(page.includes(bright!.url), 'the page of an evaluation shows the pictures as the run reads them');
    assert.equal((await explainPictures(result, result.predictions.slice(0, 1))).length, 2);
    result.dispose();
  });
});
