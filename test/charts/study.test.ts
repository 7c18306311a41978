import assert from 'node:assert/strict';
import {
  forestPlot,
  interactionChart,
  learningCurveChart,
  parallelCoordinates,
  paretoChart,
  runDotsChart,
} from '../../src/charts';
import { checkChart, scene } from './scene';

const row = (variant: string, dropout: number, mean: number, seconds: number) => ({
  axes: { variant, dropout, epochs: 5 },
  accuracy: { mean, low: mean - 0.02, high: mean + 0.02 },
  seconds,
});
const rows = [
  row('features', 0, 0.8, 1),
  row('features', 0.5, 0.82, 1.2),
  row('hybrid', 0, 0.81, 20),
  row('hybrid', 0.5, 0.9, 25),
  { axes: { variant: 'scratch', dropout: 0, epochs: 5 }, accuracy: null, seconds: null },
];

describe('charts of a study', () => {
  it('draw accuracy against time, with the Pareto front', async () => {
    const spec = paretoChart(rows);
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(marks('symbol').length, 4);
    assert.ok(texts().includes('hybrid, dropout 0.5'));
    assert.match(
      spec.description,
      /3 configurations of 4 on the Pareto front: features, dropout 0, features, dropout 0.5, hybrid/,
    );
    assert.match(spec.usermeta.text, /hybrid, dropout 0 +81.0% +20 *$/m);
  });

  it('label configurations of the same accuracy and time one line apart, and of many only those on the front', async () => {
    const alike = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        axes: { trial: `number ${i}` },
        accuracy: { mean: 0.8, sd: 0.01, low: 0.79, high: 0.81 },
        seconds: 10 + i / 1000,
      }));
    const { marks } = await scene(paretoChart(alike(20)));
    const places = marks('text')
      .map(({ y }) => y!)
      .sort((a, b) => a - b);
    assert.equal(places.length, 20);
    assert.ok(
      places.every((place, i) => i === 0 || place - places[i - 1]! > 12),
      places.join(' '),
    );
    assert.ok(places[0]! >= -1 && places.at(-1)! <= 321);
    assert.deepEqual((await scene(paretoChart(alike(30)))).texts(), ['number 0']);
  });

  it('draw the interaction of two axes, each cell with its accuracy', async () => {
    const spec = interactionChart(rows, 'variant', 'dropout');
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(marks('rect').length, 4);
    assert.deepEqual(texts().sort(), ['80.0%', '81.0%', '82.0%', '90.0%']);
    assert.match(spec.description, /best 90.0% with variant hybrid and dropout 0.5/);
    assert.match((await scene(spec)).texts('title-subtitle').join(), /^mean over seeds and all other axes; darker/);
    const alone = rows.map(
      (each) => each.accuracy && { ...each, accuracy: { ...each.accuracy, low: null, high: null } },
    );
    const single = interactionChart(
      alone.filter((each) => each !== null),
      'variant',
      'dropout',
    );
    assert.equal((await scene(single)).texts('title-subtitle').join(), 'darker is more accurate');
    const unfinished = { axes: { rate: 0.1, dropout: 0.5 }, accuracy: null, seconds: null };
    const done = (rate: number, dropout: number, mean: number) => ({
      ...{ axes: { rate, dropout }, accuracy: { mean, low: null, high: null } },
      seconds: 1,
    });
    const holes = interactionChart([unfinished, done(0.2, 0.5, 0.6), done(0.1, 0.9, 0.7)], 'rate', 'dropout');
    assert.match(holes.usermeta.text, /\n.*0\.1 +0\.2\n0\.5 +60\.0%\n0\.9 +70\.0%/, 'in the order of all rows');
    assert.throws(() => interactionChart(rows, 'variant', 'depth'), /no axis 'depth'; the axes are variant, dropout/);
  });

  it('draw a line for each configuration through all axes', async () => {
    const spec = parallelCoordinates(rows);
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(new Set(marks('line').map((item) => item)).size, 12); // four lines through three axes
    assert.ok(['features', 'hybrid', '0', '0.5', '80.0%', '90.0%'].every((label) => texts().includes(label)));
  });

  it('draw every run as a dot, the highest mean first, and leave out failed runs', async () => {
    const run = (variant: string, seed: number, accuracy: number | null) => ({
      axes: { variant, epochs: 5 },
      ...{ seed, accuracy },
    });
    const runs = [run('features', 0, 0.7), run('features', 1, 0.9), run('hybrid', 0, 0.86), run('hybrid', 1, null)];
    const spec = runDotsChart(runs);
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(marks('symbol').length, 3);
    assert.equal(marks('rect').length, 2); // the means
    assert.deepEqual(
      texts('axis-label').filter((label) => !label.endsWith('%')),
      ['hybrid', 'features'],
    );
    assert.match(
      spec.usermeta.text,
      /3 runs of 2 configurations\n.*\nhybrid +86\.0% {2}86\.0%\nfeatures +80\.0% {2}90\.0% 70\.0%$/,
    );
    assert.match(spec.description, /highest mean 86\.0% for hybrid/);
    assert.match(runDotsChart(runs.slice(0, 2)).usermeta.text, /the only configuration/);
  });

  it('draw accuracy against the number of pictures: a line through the means, and a mark for each run that did not fail', async () => {
    const run = (training: string, pictures: number, seed: number, accuracy: number | null) => ({
      axes: { training, epochs: 5 },
      ...{ pictures, seed, accuracy },
    });
    const frozen = [run('frozen', 40, 1, 0.5), run('frozen', 4, 1, 0.3), run('frozen', 4, 2, 0.4)];
    const tuned = [run('tuned', 4, 1, 0.2), run('tuned', 4, 2, null), run('tuned', 40, 1, 0.7)];
    const spec = learningCurveChart([...frozen, ...tuned]);
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(marks('symbol').length, 5);
    assert.deepEqual(texts('axis-label').slice(0, 2), ['4', '40']);
    assert.deepEqual(texts().sort(), ['frozen 50.0%', 'tuned 70.0%']);
    assert.match(spec.usermeta.text, /^ +4 +35\.0% +20\.0%\n +40 +50\.0% +70\.0%$/m);
    assert.match(
      spec.description,
      /with 4 pictures of each class frozen is most accurate, 35\.0%; with 40 tuned, 70\.0%/,
    );
    assert.match(learningCurveChart([]).description, /0 trainings: no runs/);
    assert.throws(
      () => learningCurveChart([run('frozen', 0, 1, 0.5)]),
      /pictures must be a number greater than 0, got 0/,
    );
    const many = Array.from({ length: 8 }, (_, i) => run(`training ${i}`, 4, 1, 0.5));
    assert.throws(() => learningCurveChart(many), /expected at most 7 trainings, got 8/);
  });

  it('draw differences in the order of the rows, with the intervals that are known, and name the only baseline', async () => {
    const compared = (variant: string, difference: number | null, half: number | null) => ({
      ...{ variant, dropout: 0.5, n: 5, accuracy: 0.5, difference },
      'difference low': half === null ? null : difference! - half,
      'difference high': half === null ? null : difference! + half,
      verdict:
        difference === null ? 'baseline' : half === null ? 'one seed' : difference > half ? 'better' : 'cannot tell',
    });
    const table = [
      compared('features', null, null),
      ...[compared('hybrid', 0.08, 0.03), compared('scratch', -0.4, 0.1), compared('all', 0.01, 0.02)],
      compared('once', 0.02, null),
    ];
    const spec = forestPlot(table);
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(marks('symbol').length, 4);
    assert.equal(marks('rule').length, 1 + 3); // zero, and the known intervals
    const fills = marks('symbol').map(({ fill }) => fill);
    assert.equal(new Set(fills.slice(0, 3)).size, 3); // above zero, below it, and across it
    assert.equal(fills[3], fills[2]);
    assert.deepEqual(texts(), ['+8.0 (+5.0 to +11.0)', '-40.0 (-50.0 to -30.0)', '+1.0 (-1.0 to +3.0)', '+2.0']);
    assert.deepEqual(
      texts('axis-label').filter((label) => / 0\.5$/.test(label)),
      ['hybrid', 'scratch', 'all', 'once'].map((name) => `${name}, dropout 0.5`),
    );
    const zero = marks('rule')[0]!.x!;
    const places = marks('symbol').map(({ x }) => Math.sign(x! - zero));
    assert.deepEqual(places, [1, -1, 1, 1]);
    assert.match(texts('title-subtitle').join(), /^compared with features, dropout 0\.5;/);
    assert.match(spec.usermeta.text, /^scratch, dropout 0\.5 +-40\.0 +-50\.0 to -30\.0 +cannot tell$/m);
    assert.match(
      (await scene(forestPlot([...table, ...table]))).texts('title-subtitle').join(),
      /each compared with its/,
    );
  });

  it('draw differences of a loss without percent, and say what is wrong with rows or options', async () => {
    const rows = [{ seed: 3, loss: 1, difference: -0.25, 'difference low': -0.5, 'difference high': -0.125 }];
    const spec = forestPlot(rows, { monitor: 'loss' });
    assert.deepEqual((await scene(spec)).texts(), ['-0.250 (-0.500 to -0.125)']);
    assert.match(spec.description, /^Forest plot of 1 difference of loss: seed 3 -0\.250/);
    assert.throws(() => forestPlot(rows, { monitor: 'los' as 'loss' }), /unknown measure "los"; the measures are loss/);
    assert.throws(
      () => forestPlot([{ seed: 1 }]),
      /a row has no 'difference': give rows of a table of studies\.compareBy/,
    );
    assert.throws(() => forestPlot([], { heading: 'x' } as object), /heading/);
  });

  it('are drawn for a study without runs, too', async () => {
    for (const spec of [
      paretoChart([]),
      parallelCoordinates(rows.slice(4)),
      interactionChart(rows.slice(4), 'variant', 'dropout'),
      runDotsChart([]),
      forestPlot([]),
    ]) {
      checkChart(spec);
      assert.deepEqual((await scene(spec)).warnings, []);
    }
  });
});
