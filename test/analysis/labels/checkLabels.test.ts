import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { checkLabels } from '../../../src/analysis/labels';
import { featureOutliers } from '../../../src/analysis/labels/featureOutliers';
import { drawLabelFolds, groupCopies } from '../../../src/analysis/labels/labelFolds';
import { main } from '../../../src/cli/main';
import { Random } from '../../../src/core/random';
import { type Dataset, type Example, imageFolder } from '../../../src/data';
import { sharedData } from '../../folders';
import { addBadPictures, stripesFolder } from '../../pictures';

/** Twelve pictures of stripes of each of three colours, one of them in the folder of another colour, and others in a test part. */
async function mixedUp(): Promise<string> {
  const root = await stripesFolder(12);
  renameSync(join(root, 'red/10.png'), join(root, 'blue/wrong.png'));
  return root;
}

const examples = (...given: [label: number, group?: string][]): Example[] =>
  given.map(([label, group], i) => ({ file: `/${i}.png`, label, ...(group !== undefined && { group }) }));

describe('checking labels', function () {
  this.timeout(240_000);

  it('finds a picture in the wrong folder, and suggests the right one', async () => {
    const root = await mixedUp();
    await addBadPictures(root);
    const { findings, issues, predictions, classes, accuracy, grid, worst, pictures, skipped } = await checkLabels(
      imageFolder(root),
    );
    const [first] = issues.objects() as Record<string, string | number>[];
    assert.deepEqual([first!.file, first!.label, first!.suggested], [join(root, 'blue/wrong.png'), 'blue', 'red']);
    assert.ok((first!['self-confidence'] as number) < 0.3 && (first!.confidence as number) > 0.5);
    const rows = findings.objects() as Record<string, string>[];
    assert.equal(rows.length, 1);
    assert.deepEqual([rows[0]!.severity, rows[0]!.finding, worst], ['note', 'suspect label', 'note']);
    assert.match(
      rows[0]!.detail!,
      /^blue\/wrong\.png: labelled blue \(self-confidence \d+%\), suggested: red \(\d+%\)$/,
    );
    assert.match(rows[0]!.advice!, /Northcutt/);
    assert.deepEqual(classes, ['blue', 'green', 'red']);
    assert.equal(predictions.length, 36);
    for (const { probabilities } of predictions) {
      assert.ok(Math.abs(probabilities.reduce((sum, part) => sum + part, 0) - 1) < 1e-5);
    }
    assert.equal(accuracy!.examples, 36);
    assert.ok(accuracy!.estimate > 0.9);
    assert.deepEqual(
      (pictures.objects() as { class: string }[]).map((row) => row.class),
      ['blue'],
    );
    assert.match(JSON.stringify(grid), /suspect label/);
    assert.ok(skipped.length > 0);
  });

  it('gives the same predictions for the same seed, and checks pictures of a test part, too', async () => {
    const { examples: some, ...rest } = imageFolder(await mixedUp());
    const dataset: Dataset = {
      ...rest,
      examples: some.map((example, i) => ({ ...example, subset: i % 4 ? 'train' : 'test' })),
    };
    const run = async (seed: number) => (await checkLabels(dataset, { seed, folds: 3, pictures: 0 })).predictions;
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    assert.equal(first.length, 36);
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
  });

  it('stops when it is asked to, and says so', async () => {
    const root = await stripesFolder(4);
    const { findings, accuracy } = await checkLabels(imageFolder(root), {
      listener: { shouldStop: () => true },
      ...({ backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64 } as const),
    });
    const [only] = findings.objects() as { finding: string }[];
    assert.deepEqual([only!.finding, accuracy], ['stopped', null]);
  });

  it('reports wrong options before anything is computed', async () => {
    const dataset = imageFolder(await stripesFolder(2));
    const listener = { onProgress: () => assert.fail('work was done') };
    await assert.rejects(checkLabels(dataset, { folds: 1, listener }), /checkLabels: folds must be .*, got 1/);
    await assert.rejects(checkLabels(dataset, { folds: 9, listener }), /9 folds, but only 6 groups/);
    // @ts-expect-error: no such option
    await assert.rejects(checkLabels(dataset, { fold: 3 }), /unknown option 'fold'/);
    const single = { ...dataset, examples: dataset.examples.filter(({ label }, i) => label === 0 || i === 2) };
    await assert.rejects(checkLabels(single, { listener }), /1 of 3 classes have two pictures/);
  });

  it('keeps groups and copies together, and leaves out classes of one group', () => {
    const some = examples([0, 'a'], [0, 'a'], [0, 'b'], [1, 'c'], [1, 'd'], [1, 'd'], [2, 'e'], [2, 'e'], [0], [1]);
    const folds = drawLabelFolds(some, ['x', 'y', 'z'], { folds: undefined, seed: 0 });
    assert.deepEqual(
      [...folds.flat()].sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 8, 9],
    );
    for (const [one, other] of [
      [0, 1],
      [4, 5],
    ]) {
      assert.ok(
        folds.some((fold) => fold.includes(one!) && fold.includes(other!)),
        `${one} and ${other}`,
      );
    }
    const grouped = groupCopies(examples([0, 'a'], [1], [0, 'a'], [1], [0]), ['p', 'q', 'r', 'r', 's']);
    const groups = grouped.map(({ group }) => group);
    assert.deepEqual([groups[0], groups[0]], [groups[2], groups[3]], 'a copy of a picture of the group belongs to it');
    assert.equal(new Set(groups).size, 3);
  });

  it('finds features that are far from all others', async () => {
    const random = new Random(1);
    const length = 16;
    const near = () => Array.from({ length }, (_, i) => (i < 4 ? 1 : 0) + 0.3 * random.uniform());
    const far = Array.from({ length }, (_, i) => (i === 9 ? 1 : 0));
    const rows = Array.from({ length: 60 }, (_, i) => (i === 17 ? far : near()));
    const found = await featureOutliers({ values: Float32Array.from(rows.flat()), length });
    assert.deepEqual(
      found!.map(({ row }) => row),
      [17],
    );
    assert.ok(found![0]!.distance > 5 * found![0]!.usual);
    assert.deepEqual(await featureOutliers({ values: new Float32Array(60 * length), length }), []);
    assert.deepEqual(await featureOutliers({ values: Float32Array.from(far), length }), [], 'too few pictures');
  });

  it('is an option of the command, whose findings stand beside the others', async () => {
    const root = await mixedUp();
    mkdirSync(join(root, 'green'), { recursive: true });
    copyFileSync(join(root, 'green/1.png'), join(root, 'green/copy.png'));
    const lines: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = ((text: string) => lines.push(text) > 0) as typeof write;
    try {
      assert.equal(await main(['check', '--data', root, '--labels', '--folds', '4', '--seed', '2']), 2);
      assert.equal(await main(['check', '--data', root, '--labels', '--folds', '4', '--seed', '2', '--json']), 2);
      assert.equal(await main(['check', '--data', root, '--folds', '4']), 1);
    } finally {
      process.stdout.write = write;
      process.exitCode = 0;
    }
    const text = lines.slice(0, -1).join('');
    assert.match(text, /labels of 37 pictures, each predicted by models that were not trained on it: accuracy 0\.\d+/);
    assert.match(text, /warning: duplicate: the same picture 2 times[\s\S]*note: suspect label: blue\/wrong\.png/);
    const { findings, labels } = JSON.parse(lines.at(-1)!);
    assert.equal(labels.checked, 37);
    assert.equal(labels.suspect[0].suggested, 'red');
    const suspect = findings.find(({ finding }: { finding: string }) => finding === 'suspect label');
    assert.deepEqual(suspect.files, [join(root, 'blue/wrong.png')]);
  });

  it('finds most wrong labels of real photos, and few others', async function () {
    const flowers = sharedData('flowers');
    if (!flowers) return this.skip(); // the photos are next to the project, on some machines only
    const dataset = imageFolder(flowers);
    const random = new Random(1, 'wrong labels');
    const wrong = new Set(random.shuffled(dataset.examples).slice(0, 35));
    const changed = dataset.examples.map((example) =>
      wrong.has(example) ? { ...example, label: (example.label + 1 + random.integer(4)) % 5 } : example,
    );
    const { issues } = await checkLabels({ ...dataset, examples: changed }, { pictures: 0 });
    const files = new Set([...wrong].map(({ file }) => file));
    const found = (issues.objects() as { file: string }[]).map(({ file }) => file);
    const right = found.filter((file) => files.has(file)).length;
    assert.ok(right >= 0.5 * wrong.size && right >= 0.65 * found.length, `${right} of ${found.length} reported`);
  });
});
