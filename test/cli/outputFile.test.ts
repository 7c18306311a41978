import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { chartKind, markedPng, outputFile, predictionsKind, runsKind } from '../../src/cli/outputFile';
import { predictionTable } from '../../src/cli/predictionTable';
import { exportTable, type RunRecord } from '../../src/study';
import { runsTable } from '../../src/study/runsTable';
import { temporaryFolder } from '../folders';
import { mistake } from '../mistake';
import { stripesFolder } from '../pictures';
import { errorLine } from './errorLine';
import { runCommand } from './runCommand';

describe('a file that a command writes', () => {
  it('is never a picture or a table of the user that has this name', async () => {
    const data = await stripesFolder(3);
    const picture = join(data, 'red', '0.png');
    const before = readFileSync(picture);
    assert.match(
      await errorLine('check', '--data', data, '--picture', picture),
      /0\.png' exists and is not an earlier picture of this command: give another file with --picture$/,
    );
    assert.match(
      await errorLine('advise', '--data', data, '--picture', picture),
      /exists and is not an earlier picture/,
    );
    assert.deepEqual(readFileSync(picture), before);
    const table = join(data, 'labels.csv');
    writeFileSync(table, 'file,label\nred/0.png,red\ngreen/0.png,green\n');
    const evaluate = await errorLine('evaluate', 'run', '--data', table, '--predictions', table);
    assert.match(
      evaluate,
      /labels\.csv' exists and is not an earlier table of predictions: give another file with --predi/,
    );
    const study = join(data, 'study.json');
    writeFileSync(study, JSON.stringify({ data, seeds: 1 }));
    assert.match(await errorLine('study', study, '--export', table), /is not an earlier table of runs.* --export$/);
    assert.match(readFileSync(table, 'utf8'), /^file,label\nred/);
  });

  it('is an earlier one of the same command, or new', async () => {
    const folder = temporaryFolder();
    const prediction = { file: 'a.jpg', label: 0, predicted: 1, probabilities: [0.25, 0.75] };
    const predictions = predictionTable([prediction], ['cat', 'dog']);
    const run: RunRecord = {
      ...{ id: 'r', hash: 'h', axes: {}, seed: 1, state: 'done', error: null, accuracy: 1, interval: null, loss: 0 },
      ...{ mostFrequent: 0.5, macroF1: 1, auc: 1, epochs: 1, pictures: null, curve: [1], trainedParameters: 5 },
      ...{ memory: 1, seconds: 1, started: '2026-01-01', ended: '2026-01-01', host: 'here' },
    };
    for (const ending of ['csv', 'json', 'parquet', 'arrow']) {
      for (const [name, table, kind] of [
        ['predictions', predictions, predictionsKind],
        ['runs', runsTable([run]), runsKind],
      ] as const) {
        const file = join(folder, `${name}.${ending}`);
        assert.equal(outputFile(file, '--out', kind), file);
        await exportTable(table, file);
        assert.equal(outputFile(file, '--out', kind), file, ending);
      }
      mistake(() => outputFile(join(folder, `runs.${ending}`), '--out', predictionsKind), 'is not an earlier table of');
    }
    mistake(() => outputFile(folder, '--out', runsKind), 'is not a file name: give one for an earlier table of runs');
  });

  it('is a PNG with a mark, which programs read as before', async () => {
    const file = join(temporaryFolder(), 'found.png');
    const png = await sharp({ create: { width: 9, height: 7, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
    writeFileSync(file, markedPng(png));
    assert.deepEqual(await sharp(file).raw().toBuffer(), await sharp(png).raw().toBuffer());
    assert.equal(outputFile(file, '--picture', chartKind), file);
    const data = await stripesFolder(2);
    for (const _ of [1, 2]) {
      const { stderr } = await runCommand('check', '--data', data, '--picture', file);
      assert.doesNotMatch(stderr, /exists/);
    }
    assert.ok((await sharp(file).metadata()).width > 9 && existsSync(file));
  });
});
