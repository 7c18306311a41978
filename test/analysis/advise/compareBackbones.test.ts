import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compareBackbones } from '../../../src/analysis/advise';
import { renderPng } from '../../../src/charts/render';
import { main } from '../../../src/cli/main';
import { imageFolder } from '../../../src/data';
import { optionalEngines } from '../../../src/tensorflow/graph/optionalEngines';
import { errorLine } from '../../cli/errorLine';
import { runCommand } from '../../cli/runCommand';
import { temporaryFolder } from '../../folders';
import { addBadPictures, stripesFolder } from '../../pictures';

describe('comparing backbones', function () {
  this.timeout(120_000);

  it('measures the cost of each backbone and how useful its features are for the pictures', async () => {
    const root = await stripesFolder(10);
    await addBadPictures(root);
    const { backbones, table, chart, skipped } = await compareBackbones(imageFolder(root), ['efficientnet-lite0']);
    const [lite0] = backbones;
    assert.deepEqual(
      [lite0!.name, lite0!.parameters, lite0!.multiplyAdds],
      ['efficientnet-lite0', 3_413_024, 383_907_552],
    );
    assert.equal(lite0!.pictures, 30);
    assert.ok(lite0!.probe.estimate > 0.9, `stripes of three colours: ${lite0!.probe.estimate}`);
    assert.ok(lite0!.probe.low < lite0!.probe.estimate && lite0!.neighbours.estimate > 0.9);
    assert.ok(lite0!.fileBytes > 4 * lite0!.parameters && lite0!.millisecondsAPicture > 0);
    assert.ok(Number.isFinite(lite0!.logMe));
    assert.ok(skipped.length > 0 && skipped.every(({ reason }) => reason));
    assert.deepEqual(table.columnNames(), [
      ...['backbone', 'file MB', 'parameters M', 'multiply-adds M', 'ms a picture', 'published top-1'],
      ...['probe accuracy', 'probe low', 'probe high', 'k-NN accuracy', 'most frequent class', 'LogME'],
    ]);
    assert.match(chart.usermeta.text, /EfficientNet-Lite0 +18\.8 +3\.4 +0\.38/);
    assert.ok((await renderPng(chart)).length > 1000);
  });

  it('gives the same numbers for the same seed', async () => {
    const dataset = imageFolder(await stripesFolder(6));
    const run = async () =>
      (await compareBackbones(dataset, ['efficientnet-lite0'], { folds: 3, seed: 4 })).backbones[0]!;
    const [{ probe, neighbours, logMe }, again] = [await run(), await run()];
    assert.deepEqual(
      { probe, neighbours, logMe },
      { probe: again.probe, neighbours: again.neighbours, logMe: again.logMe },
    );
  });

  it('has intervals that know groups, what accuracies must exceed, and the measure that was asked for', async () => {
    const dataset = imageFolder(await stripesFolder(12));
    const grouped = {
      ...dataset,
      examples: dataset.examples.map((example, i) => ({ ...example, group: `thing ${Math.floor(i / 4)}` })),
    };
    const options = { folds: 3, seed: 4 };
    const [alone] = (await compareBackbones(dataset, ['efficientnet-lite0'], options)).backbones;
    const { backbones, chart, table } = await compareBackbones(grouped, ['efficientnet-lite0'], {
      ...options,
      monitor: 'loss',
    });
    const [row] = backbones;
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    assert.ok(width(row!.probe) > 1.2 * width(alone!.probe), `${width(row!.probe)}, ${width(alone!.probe)}`);
    assert.deepEqual([row!.mostFrequent, row!.monitor, alone!.score], [1 / 3, 'loss', alone!.probe]);
    assert.ok(row!.score.estimate > 0 && row!.score.low < row!.score.estimate);
    assert.match(
      chart.usermeta.text,
      /best linear probe EfficientNet-Lite0, loss \d\.\d{3}; always the most frequent class: 33\.3%/,
    );
    assert.ok(table.columnNames().includes('probe loss'));
  });

  it('reports wrong options before anything is computed', async () => {
    const dataset = imageFolder(await stripesFolder(3));
    const listener = { onProgress: () => assert.fail('work was done') };
    await assert.rejects(
      // @ts-expect-error: no such backbone
      compareBackbones(dataset, ['efficientnet-lite0', 'lite9'], { listener }),
      /unknown backbone 'lite9'/,
    );
    await assert.rejects(compareBackbones(dataset, [], { listener }), /no backbones to compare/);
    await assert.rejects(
      compareBackbones(dataset, ['efficientnet-lite0'], { folds: 20, listener }),
      /20 folds, but only 9 groups/,
    );
    await assert.rejects(
      // @ts-expect-error: no such measure
      compareBackbones(dataset, ['efficientnet-lite0'], { monitor: 'f1', listener }),
      /unknown measure to monitor "f1"; the measures are loss, accuracy, macroF1, auc/,
    );
    await assert.rejects(
      // @ts-expect-error: no such engine
      compareBackbones(dataset, ['efficientnet-lite0'], { engine: 'cuda', listener }),
      /unknown engine "cuda"; the engines are tensorflow, onnxruntime, openvino, auto/,
    );
    assert.match(
      await errorLine('advise', '--pictures', '300', '--engine', 'auto'),
      /--engine computes features of pict/,
    );
  });

  it('computes the features with the engine that was asked for, to nearly the same numbers', async function () {
    if (!optionalEngines.onnxruntime.isInstalled()) return this.skip(); // `npm test` brings it; without a network it says so
    const root = await stripesFolder(6);
    const [one] = (await compareBackbones(imageFolder(root), ['efficientnet-lite0'])).backbones;
    const { status, stdout } = await runCommand(
      ...['advise', '--data', root, '--backbones', 'efficientnet-lite0', '--engine', 'onnxruntime', '--json'],
    );
    assert.equal(status, 0);
    const [other] = JSON.parse(stdout.trim().split('\n').at(-1)!).comparison;
    assert.deepEqual([one!.engine, other.engine], ['tensorflow', 'onnxruntime']);
    assert.notEqual(other.logMe, one!.logMe);
    // of 18 pictures, LogME changes by 0.003 where features change by 1e-6
    assert.ok(Math.abs(other.logMe / one!.logMe - 1) < 0.01, `${other.logMe} for ${one!.logMe}`);
    assert.equal(other.probe.estimate, one!.probe.estimate);
  });

  it('is available as a command, which gives its advice in sentences', async () => {
    const root = await stripesFolder(8);
    const picture = join(temporaryFolder(), 'comparison.png');
    const lines: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = ((text: string) => lines.push(text) > 0) as typeof write;
    try {
      const names = ['--backbones', 'efficientnet-lite0'];
      assert.equal(await main(['advise', '--data', root, ...names, '--picture', picture]), 0);
      assert.equal(await main(['advise', '--data', root, ...names, '--json']), 0);
    } finally {
      process.stdout.write = write;
    }
    const text = lines.slice(0, -1).join('');
    assert.match(text, /^Backbones on these pictures: best linear probe EfficientNet-Lite0/);
    assert.match(text, /distance 0\.\d+ from the pictures that EfficientNet-Lite0 was trained on/);
    assert.match(text, /1\. EfficientNet-Lite0: .*, about /);
    assert.ok(existsSync(picture));
    const json = JSON.parse(lines.at(-1)!);
    assert.equal(json.best, 'efficientnet-lite0');
    assert.equal(json.comparison[0].pictures, 24);
    assert.ok(json.choices[0].reason.length > 20);
  });
});
