import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { checkLabels } from '../../src/analysis/labels';
import { UserError } from '../../src/core/errors';
import { type Dataset, readCorrections } from '../../src/data';
import { openDataset } from '../../src/data/public';
import { displaySymbol } from '../../src/notebook';
import { cleanLabels } from '../../src/widgets';
import { withFakeComms } from '../notebook/widget/fakeComms';
import { stripes, stripesFolder, writePicture } from '../pictures';

/** A dataset with two red pictures in the folder of green ones, a copy, a dark and a blurred picture. */
async function faulty(): Promise<{ folder: string; dataset: Dataset }> {
  const folder = await stripesFolder(8);
  for (const i of [20, 21]) writePicture(join(folder, 'green', `${i}.png`), await stripes('red', i));
  writePicture(join(folder, 'blue', 'copy.png'), readFileSync(join(folder, 'blue', '1.png')));
  const black = { create: { width: 80, height: 80, channels: 3 as const, background: '#050505' } };
  writePicture(join(folder, 'blue', 'dark.png'), await sharp(black).png().toBuffer());
  writePicture(
    join(folder, 'blue', 'soft.png'),
    await sharp(await stripes('blue', 5))
      .blur(9)
      .png()
      .toBuffer(),
  );
  return { folder, dataset: await openDataset(folder) };
}

/** The picture without light, the blurred one, and two whose stripes are clipped at the brightest value. */
const odd = ['blue/0.png', 'blue/dark.png', 'blue/soft.png', 'red/0.png'];

/** Predictions that see the true colour. */
const predictionsOf = ({ examples, classes }: Dataset) =>
  examples.map(({ file, label }) => {
    const truth = /green\/2\d/.test(file) ? classes.indexOf('red') : label;
    const probabilities = classes.map((_, c) => (c === truth ? 0.9 : 0.05));
    return { file, label, predicted: truth, probabilities };
  });

describe('cleanLabels', function () {
  this.timeout(120_000);
  let folder: string;
  let dataset: Dataset;
  beforeEach(async () => {
    ({ folder, dataset } = await faulty());
  });

  it('finds suspect labels in predictions, pictures that look alike, and odd pictures', async () => {
    const cleaning = await cleanLabels(dataset, { predictions: predictionsOf(dataset) });
    assert.deepEqual(cleaning.suspects.sort(), ['green/20.png', 'green/21.png']);
    assert.ok(cleaning.alike.includes('blue/copy.png') && cleaning.alike.includes('blue/1.png'));
    assert.deepEqual([...cleaning.odd].sort(), odd);
    assert.deepEqual(cleaning.leaks, [], 'there are no parts');
    assert.deepEqual((await cleanLabels(dataset, { labels: false })).suspects, []);
  });

  it('predicts all pictures by models that were not trained on them, unless predictions are given', async () => {
    const labels = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, cache: false } as const;
    const cleaning = await cleanLabels(dataset, { labels });
    const { issues } = await checkLabels(dataset, { ...labels, pictures: 0 });
    assert.ok(cleaning.suspects.length > 0);
    assert.deepEqual(
      cleaning.suspects,
      (issues.array('file') as string[]).map((file) => relative(folder, file)),
    );
    assert.equal(cleaning.problem, '');
    await assert.rejects(cleanLabels(dataset, { labels: { folds: 1 } }), /checkLabels: folds/);
  });

  it('says that labels cannot be checked, and shows all else', async () => {
    const one = { ...dataset, classes: ['blue'], examples: dataset.examples.filter(({ label }) => label === 0) };
    const messages: string[] = [];
    const cleaning = await cleanLabels(one, { listener: { onMessage: (text) => void messages.push(text) } });
    assert.match(cleaning.problem, /^The labels were not checked: .*at least two such classes/);
    assert.deepEqual(messages, [cleaning.problem]);
    assert.ok(cleaning.alike.includes('blue/copy.png') && cleaning.odd.includes('blue/dark.png'));
    const bundle = await cleaning[displaySymbol]();
    assert.match(String(bundle['text/plain']), /The labels were not checked/);
    assert.match(String(bundle['text/html']), /The labels were not checked/);
  });

  it('lists pictures that are in two parts, and groups that are, as leaks', async () => {
    const parts = dataset.examples.map((example) => {
      const name = relative(folder, example.file);
      const subset = name === 'blue/copy.png' || name === 'red/1.png' ? ('validation' as const) : ('train' as const);
      return { ...example, subset, ...(/^red\/[12]\.png$/.test(name) && { group: 'one bicycle' }) };
    });
    const cleaning = await cleanLabels({ ...dataset, examples: parts }, { labels: false });
    for (const name of ['blue/1.png', 'blue/copy.png', 'red/1.png', 'red/2.png']) {
      assert.ok(cleaning.leaks.includes(name), `${name}: ${cleaning.leaks}`);
    }
    assert.ok(!cleaning.alike.includes('blue/copy.png'));
    const text = String((await cleaning[displaySymbol]())['text/plain']);
    assert.match(text, /blue\/copy\.png: labelled blue; is the same as blue\/1\.png, which is in the train part/);
    assert.match(text, /red\/2\.png: labelled red; its group 'one bicycle' is in the parts/);
  });

  it('takes a list of suspects from elsewhere, with absolute paths or names', async () => {
    const suspects = [
      { file: join(folder, 'red', '0.png'), reason: 'unlike its neighbours' },
      { file: 'green/21.png', suggested: 'red', reason: 'out of fold' },
    ];
    const cleaning = await cleanLabels(dataset, { suspects });
    assert.deepEqual(cleaning.suspects, ['red/0.png', 'green/21.png']);
    for (const [wrong, expected] of [
      [{ file: 'nowhere.png', reason: '' }, /the suspect 'nowhere\.png' is not a picture of the dataset/],
      [{ file: 'red/0.png', suggested: 'violet', reason: '' }, /'violet'.*is none of the classes blue, green, red/],
    ] as const) {
      await assert.rejects(
        cleanLabels(dataset, { suspects: [wrong] }),
        (error) => error instanceof UserError && expected.test(error.message),
      );
    }
    await assert.rejects(cleanLabels('photos' as never), /'photos' is not a run folder/);
  });

  it('saves each decision at once, takes it back, and keeps it for the next session', async () => {
    const cleaning = await cleanLabels(dataset, { labels: false });
    cleaning.decide('green/20.png', 'relabel', 'red');
    cleaning.decide('blue/dark.png', 'leave out');
    cleaning.decide('green/21.png', 'keep');
    assert.deepEqual(
      readCorrections({ folder }).map(({ file, action, label = '', was }) => [file, action, label, was].join()),
      ['blue/dark.png,leave out,,blue', 'green/20.png,relabel,red,green', 'green/21.png,keep,,green'],
    );
    assert.equal(cleaning.undo(), true);
    assert.equal(readCorrections({ folder }).length, 2);
    cleaning.decide('green/20.png', 'relabel', 'blue');
    cleaning.undo();
    assert.equal(readCorrections({ folder }).find(({ file }) => file === 'green/20.png')?.label, 'red');

    // the next session, with a dataset to which the decisions were applied
    const later = await cleanLabels(await openDataset(folder), { labels: false });
    assert.deepEqual(later.corrections, cleaning.corrections);
    assert.equal(later.undo(), false);
    later.decide('blue/dark.png', null);
    later.decide('green/20.png', 'relabel', 'green'); // its own class: kept
    assert.deepEqual(
      readCorrections({ folder }).map(({ file, action, was }) => [file, action, was].join()),
      ['green/20.png,keep,green'],
    );
    assert.equal((await openDataset(folder)).examples.length, dataset.examples.length);
  });

  it('keeps what another program has written to the file meanwhile', async () => {
    const cleaning = await cleanLabels(dataset, { labels: false });
    cleaning.decide('green/20.png', 'keep');
    const file = join(folder, 'corrections.csv');
    writeFileSync(file, `${readFileSync(file, 'utf8')}red/1.png,leave out,,red\n`);
    cleaning.decide('green/21.png', 'keep');
    assert.equal(readCorrections({ folder }).length, 3);
  });

  it('refuses what it does not know, and changes nothing then', async () => {
    const cleaning = await cleanLabels(dataset, { labels: false });
    for (const decide of [
      () => cleaning.decide('nowhere.png', 'keep'),
      () => cleaning.decide('../../etc/passwd', 'leave out'),
      () => cleaning.decide('red/0.png', 'delete' as never),
      () => cleaning.decide('red/0.png', 'relabel'),
      () => cleaning.decide('red/0.png', 'relabel', 'violet'),
    ]) {
      assert.throws(decide, UserError);
    }
    assert.deepEqual(readCorrections({ folder }), []);
    writeFileSync(join(folder, 'corrections.csv'), 'something else\n');
    await assert.rejects(cleanLabels(dataset, { labels: false }), /corrections\.csv has the columns/);
    assert.throws(() => cleaning.decide('red/0.png', 'keep'), /corrections\.csv has the columns/);
    assert.equal(readFileSync(join(folder, 'corrections.csv'), 'utf8'), 'something else\n');
  });

  it('says that a decision could not be saved, and does not show it', async function () {
    if (process.getuid?.() === 0) return this.skip(); // root may write everywhere
    const cleaning = await cleanLabels(dataset, { labels: false });
    chmodSync(folder, 0o500);
    assert.throws(() => cleaning.decide('red/0.png', 'keep'), /cannot be written.*not saved/);
    chmodSync(folder, 0o700);
    assert.deepEqual(cleaning.corrections, []);
  });

  it('shows a page of pictures, with a still picture and a text of them', async () => {
    const cleaning = await cleanLabels(dataset, { predictions: predictionsOf(dataset) });
    const bundle = await cleaning[displaySymbol]();
    assert.match(
      String(bundle['text/plain']),
      /^2 suspect labels, .*\n {2}green\/2\d\.png: labelled green; predicted as red, 90%/,
    );
    const html = String(bundle['text/html']);
    assert.match(html, /<img src="data:image\/jpeg;base64,[^"]{100,}" alt="green\/2\d\.png"/);
    assert.ok(!/<script/i.test(html));
  });

  it('does what its buttons say, page by page and class by class, and shows the pictures of the page', () =>
    withFakeComms(async (comms) => {
      const cleaning = await cleanLabels(dataset, { predictions: predictionsOf(dataset) });
      await cleaning[displaySymbol]();
      const press = (content: unknown) => comms.receive('comm-1', { method: 'custom', content });
      /** the latest value of each name of the state */
      const state = () =>
        Object.assign({}, ...comms.posted.map(({ data }) => data.state)) as {
          list: string;
          page: number;
          cards: { name: string; action: string | null; newLabel: string | null }[];
          message: string;
          counts: Record<string, number>;
          className: string;
        };
      assert.equal(state().list, 'suspect');
      press({ do: 'decide', name: 'green/20.png', action: 'relabel', label: 'red' });
      const card = () => state().cards.find(({ name }) => name === 'green/20.png');
      assert.deepEqual([card()?.action, card()?.newLabel], ['relabel', 'red']);
      assert.equal(state().message, 'green/20.png: relabelled as red. Saved.');
      press({ do: 'undo' });
      assert.equal(card()?.action, null);
      press({ do: 'undo' });
      assert.equal(state().message, 'Nothing to undo.');
      press({ do: 'view', list: 'odd' });
      assert.deepEqual(
        state()
          .cards.map(({ name }) => name)
          .sort(),
        odd,
      );
      press({ do: 'view', className: 'green' });
      assert.deepEqual(state().cards, []);
      press({ do: 'view', list: 'suspect', className: '' });
      for (const nonsense of [
        null,
        5,
        {},
        { do: 'view', list: '__proto__', page: -5, className: 'violet' },
        { do: 'view', page: 1e9 },
      ]) {
        press(nonsense);
      }
      assert.equal(state().page, 0);
      press({ do: 'decide', name: '../../etc/passwd', action: 'keep' });
      assert.match(state().message, /is not a picture of the dataset/);
      press({ do: 'decide', name: {}, action: [] });
      assert.deepEqual(readCorrections({ folder }), []);
    }));
});
