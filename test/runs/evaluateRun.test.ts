import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { type Dataset, imageFolder, selectClasses } from '../../src/data';
import { openDataset } from '../../src/data/public';
import { evaluateRun, saveRun } from '../../src/runs';
import { optionalEngineNames, optionalEngines } from '../../src/tensorflow/graph/optionalEngines';
import { type TrainResult, train } from '../../src/training';
import { runCommand } from '../cli/runCommand';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

const findPictures = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.png'))
    .map((name) => join(folder, name));

describe('evaluateRun', function () {
  this.timeout(120_000);
  let folder: string;
  let dataset: Dataset;
  let result: TrainResult;
  let run: string;

  before(async () => {
    folder = await stripesFolder(8);
    // bytes behind the end of each picture, so that no earlier test run has used the same files
    for (const file of findPictures(folder)) appendFileSync(file, randomUUID());
    dataset = imageFolder(folder);
    result = await train(dataset, { seed: 3, epochs: 5, inputSize: 64, cache: false });
    run = join(temporaryFolder(), 'run');
    await saveRun(result, run);
  });

  const inPart = (subset: 'train' | 'validation' | 'test', files: readonly string[]): Dataset => ({
    ...dataset,
    examples: dataset.examples.map((example) => ({ ...example, ...(files.includes(example.file) && { subset }) })),
  });

  it('gives the numbers of the training for its own validation pictures', async () => {
    const files = result.predictions.map(({ file }) => file);
    const evaluation = await evaluateRun(run, inPart('validation', files), { part: 'validation' });
    assert.equal(evaluation.summary.accuracy.estimate, result.accuracy);
    assert.ok(Math.abs(evaluation.summary.logLoss.estimate - result.loss) < 1e-4);
    assert.deepEqual(evaluation.confusion, result.confusion);
    assert.equal(evaluation.summary.examples, files.length);
  });

  for (const engine of optionalEngineNames) {
    it(`gives nearly the same probabilities when ${optionalEngines[engine].title} computes the network`, async function () {
      if (!optionalEngines[engine].isInstalled()) return this.skip(); // `npm test` brings it; without a network it says so
      const [one, other] = [await evaluateRun(run, dataset), await evaluateRun(run, dataset, { engine })];
      const all = ({ predictions }: typeof one) => predictions.flatMap(({ probabilities }) => probabilities);
      const apart = Math.max(...all(one).map((value, i) => Math.abs(value - all(other)[i]!)));
      assert.ok(apart > 0 && apart < 1e-4, `${apart}`);
      assert.deepEqual(other.confusion, one.confusion);
    });
  }

  it('refuses an engine that there is not, before it opens the run', async () => {
    await assert.rejects(
      evaluateRun('no such run', dataset, { engine: 'cuda' as 'auto' }),
      /unknown engine "cuda"; the engines are tensorflow, onnxruntime, openvino, auto/,
    );
  });

  it('warns of pictures that the run was trained or validated on, whatever their names', async () => {
    const renamed = temporaryFolder();
    for (const [i, { file, label }] of dataset.examples.entries()) {
      const to = join(renamed, dataset.classes[label]!);
      mkdirSync(to, { recursive: true });
      copyFileSync(file, join(to, `other-${i}.png`));
    }
    const { seen, warnings, part } = await evaluateRun(run, imageFolder(renamed));
    assert.equal(part, 'all');
    assert.deepEqual(
      [seen.training.length, seen.validation.length],
      [result.split.train.length, result.split.validation.length],
    );
    assert.match(warnings[0]!, new RegExp(`trained on ${seen.training.length} of these 24 pictures`));
    assert.match(warnings[1]!, /validation pictures/);
  });

  it('takes the test part where there is one, and says when another model was tried on it before', async () => {
    const test = inPart(
      'test',
      [0, 1, 9, 10].map((i) => dataset.examples[i]!.file),
    );
    const first = await evaluateRun(run, test);
    assert.deepEqual([first.part, first.summary.examples, first.earlier], ['test', 4, 0]);
    assert.equal((await evaluateRun(run, test)).earlier, 0); // the same model
    const other = join(temporaryFolder(), 'other');
    await saveRun(await train(dataset, { seed: 4, epochs: 2, inputSize: 64, cache: false }), other);
    const second = await evaluateRun(other, test);
    assert.equal(second.earlier, 1);
    assert.match(second.warnings.join(), /used for 1 other model before/);
  });

  it('counts pictures that the run has not seen as test pictures, whatever their folder and part are called', async () => {
    const labels = await stripesFolder(4);
    for (const file of findPictures(labels)) appendFileSync(file, randomUUID());
    assert.equal((await evaluateRun(run, imageFolder(labels))).earlier, 0);
    const other = join(temporaryFolder(), 'other');
    await saveRun(await train(dataset, { seed: 5, epochs: 1, inputSize: 64, cache: false }), other);
    const half = imageFolder(labels);
    half.examples = half.examples.filter((_, i) => i % 2 === 0);
    const { earlier, reused, warnings } = await evaluateRun(other, half, { part: 'all' });
    assert.deepEqual([earlier, reused], [1, 6]);
    assert.match(warnings.join(), /these test pictures were used for 1 other model before/);
    assert.equal((await evaluateRun(other, dataset)).earlier, 0); // it was trained and validated on them
  });

  it('matches classes by name, and refuses those that the run does not know', async () => {
    const only = selectClasses(dataset, dataset.classes.slice(1));
    const { predictions, classes } = await evaluateRun(run, only);
    assert.deepEqual(classes, dataset.classes);
    assert.deepEqual(new Set(predictions.map(({ label }) => label)), new Set([1, 2]));
    await assert.rejects(
      evaluateRun(run, { ...dataset, classes: ['stripes', ...dataset.classes.slice(1)] }),
      (error) => error instanceof UserError && error.message.includes('does not know the class stripes'),
    );
    await assert.rejects(evaluateRun(run, dataset, { part: 'test' }), /no test part/);
    await assert.rejects(evaluateRun(run, { ...dataset, examples: [] }), /no labelled pictures/);
  });

  it('keeps groups together in its intervals', async () => {
    const grouped = {
      ...dataset,
      examples: dataset.examples.map((example, i) => ({ ...example, group: String(Math.floor(i / 4)) })),
    };
    const { summary, predictions } = await evaluateRun(run, grouped);
    assert.equal(summary.accuracy.groups, 6);
    assert.equal(predictions[5]!.group, '1');
  });

  /** `tunebook evaluate` with what it printed. */
  const command = (argv: string[]) => runCommand('evaluate', run, '--data', folder, ...argv);

  it('gives all metrics by the columns of a table and by what the pictures show, and refuses other properties', async () => {
    const rows = dataset.examples.map(({ file, label }, i) =>
      [
        file,
        dataset.classes[label],
        i % 2 === 0 ? 'phone' : 'reflex',
        i,
        `thing ${i >> 1}`,
        `picture number ${i}`,
      ].join(),
    );
    const table = join(temporaryFolder(), 'table.csv');
    writeFileSync(table, ['file,label,camera,age,group,caption', ...rows].join('\n'));
    const pictures = await openDataset(table);
    assert.deepEqual(pictures.examples[3]!.columns, { camera: 'reflex', age: '3', caption: 'picture number 3' });
    const { slices, summary } = await evaluateRun(run, pictures, { slices: true });
    const cameras = slices!.filter(({ by }) => by === 'camera');
    assert.deepEqual(cameras.map(({ slice, total }) => `${slice} ${total}`).sort(), ['phone 12', 'reflex 12']);
    assert.deepEqual(
      slices!
        .filter(({ by }) => by === 'age')
        .map(({ slice }) => slice)
        .sort(),
      ['12 to 18', '6 to 12', 'below 6', 'from 18'],
    );
    const mean = cameras.reduce((sum, { summary: own }) => sum + own.accuracy.estimate, 0) / 2;
    assert.ok(Math.abs(mean - summary.accuracy.estimate) < 1e-12);
    assert.ok(cameras.every((slice) => slice.low === slice.summary.accuracy.low && slice.groups === 12));
    assert.ok(!slices!.some(({ by }) => by === 'class' || by === 'caption'));
    const byClass = await evaluateRun(run, pictures, { slices: ['class', 'CAMERA'] });
    assert.deepEqual([...new Set(byClass.slices!.map(({ by }) => by))].sort(), ['camera', 'class']);
    await assert.rejects(
      evaluateRun(run, pictures, { slices: ['camra'] }),
      /no property 'camra' to slice by; the properties are .*did you mean 'camera'/,
    );
    const byFolder = await evaluateRun(run, dataset, { slices: ['folder'] });
    assert.deepEqual(byFolder.slices!.map(({ slice }) => slice).sort(), [...dataset.classes].sort()); // within the dataset
    assert.equal((await evaluateRun(run, pictures)).slices, undefined);
  });

  it('is a command that writes a report, too, over nothing but an earlier report', async () => {
    const page = join(temporaryFolder(), 'evaluation.html');
    const { status, stdout, stderr } = await command(['--report', page]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^report +.*evaluation\.html$/m);
    const html = readFileSync(page, 'utf8');
    assert.match(html, /<h2>Metrics<\/h2>/);
    assert.match(html, /<p class="note">Warning: the run was trained on/);
    assert.equal((await command(['--report', page, '--slices', 'class', 'size'])).status, 0);
    const other = join(temporaryFolder(), 'notes.html');
    writeFileSync(other, 'mine');
    const refused = await command(['--report', other]);
    assert.deepEqual([refused.status, refused.stdout], [1, '']);
    assert.match(refused.stderr, /exists and is not a report: give another file with --report/);
    assert.equal(readFileSync(other, 'utf8'), 'mine');
  });

  it('is a command that prints the metrics, and writes every probability', async () => {
    const file = join(temporaryFolder(), 'predictions.csv');
    const { status, stdout, stderr } = await command(['--predictions', file]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^accuracy +\d\.\d{3} {2}\(95% interval/);
    assert.match(stdout, /baseline +0\.333/);
    assert.match(stderr, /warning: the run was trained on/);
    const [header, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
    assert.equal(header, `file,class,predicted,${dataset.classes.map((name) => `probability of ${name}`).join()}`);
    assert.equal(rows.length, 24);
    const parquet = join(temporaryFolder(), 'predictions.parquet');
    const json = await command(['--predictions', parquet, '--json']);
    assert.equal(readFileSync(parquet).subarray(0, 4).toString(), 'PAR1');
    const { accuracy, perClass, seen } = JSON.parse(json.stdout.trim().split('\n').at(-1)!);
    assert.equal(accuracy.examples, 24);
    assert.equal(perClass.length, 3);
    assert.equal(seen.training.length + seen.validation.length, 24);
    writeFileSync(
      join(run, 'metrics.json'),
      readFileSync(join(run, 'metrics.json'), 'utf8').replace('"accuracy"', '"x"'),
    );
    const broken = await command([]);
    assert.equal(broken.status, 1);
    assert.match(broken.stderr, /metrics\.json/);
  });
});
