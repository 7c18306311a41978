import assert from 'node:assert/strict';
import { from } from 'arquero';
import { Random } from '../../src/core/random';
import {
  calibration,
  chooseThreshold,
  classTable,
  confusionMatrix,
  describeAccuracy,
  fitTemperature,
  logProbabilities,
  oneVersusRest,
  precisionRecallCurve,
  rocCurve,
  sliceAccuracy,
  sliceTable,
  softmaxAt,
  suspectLabels,
  thresholdTable,
} from '../../src/metrics';
import { mistake } from '../mistake';

/** Two normally distributed random numbers (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

describe('rocCurve and precisionRecallCurve', () => {
  it('refuse an empty list of examples, like thresholds and one-versus-rest', () => {
    mistake(() => rocCurve([], []), 'rocCurve: got no examples; give at least one');
    mistake(() => precisionRecallCurve([], []), 'precisionRecallCurve: got no examples');
    mistake(() => thresholdTable([], []), 'thresholdTable: got no examples');
    mistake(() => chooseThreshold([], []), 'got no examples');
    mistake(() => oneVersusRest([], [], ['cat', 'dog']), 'oneVersusRest: got no examples');
  });

  it('accept infinite scores', () => {
    assert.equal(rocCurve([1, 1, 0, 0], [Infinity, Infinity, -Infinity, 0]).area, 1);
  });

  it('refuse labels that are neither 0 nor 1, scores of NaN, unequal lengths and a confidence of 95', () => {
    mistake(() => rocCurve([0, 2], [0.1, 0.2]), 'rocCurve: label number 1 is 2');
    mistake(() => precisionRecallCurve([0, 1], [0.1, Number.NaN]), 'score number 1 is NaN');
    mistake(() => rocCurve([0, 1], [0.1]), '2 labels and 1 predictions');
    mistake(() => rocCurve([0, 1], [0.1, 0.2], 95), 'confidence', '95');
  });

  it('have intervals that contain the true area about as often as they should, even if it is nearly 1', () => {
    // for two normal distributions at a distance d, the area is the probability that their difference is above 0
    for (const [distance, area] of [
      [1, 0.7602],
      [2.5, 0.9615],
    ] as const) {
      const random = new Random(3, `area ${area}`);
      const trials = 400;
      let held = 0;
      for (let trial = 0; trial < trials; trial++) {
        const labels = Array.from({ length: 60 }, (_, i) => i % 2);
        const scores = labels.map((label) => normal(random) + distance * label);
        const { interval } = rocCurve(labels, scores);
        if (interval!.low <= area && area <= interval!.high) held++;
      }
      assert.ok(held / trials >= 0.92, `${held} of ${trials}`);
    }
  });

  it('compare each class with the rest', () => {
    const tasks = oneVersusRest([0, 1], [Float32Array.of(0.75, 0.25), Float32Array.of(0.5, 0.5)], ['cat', 'dog']);
    assert.deepEqual(tasks[1], { class: 'dog', labels: [0, 1], scores: [0.25, 0.5] });
    const rows = [
      [0.75, 0.25],
      [0.5, 0.5],
    ];
    mistake(() => oneVersusRest([0, 2], rows, ['cat', 'dog']), 'label number 1 is 2', 'from 0 to 1');
    mistake(() => oneVersusRest([0, 1], rows, ['cat', 'dog', 'cow']), 'row 0 has 2 values', '3 classes');
    mistake(() => oneVersusRest([0], rows, ['cat', 'dog']), '1 labels and 2 predictions');
  });
});

describe('chooseThreshold', () => {
  const labels = [0, 0, 1, 0, 1, 1, 0, 1];
  const scores = [0.1, 0.2, 0.35, 0.4, 0.5, 0.7, 0.8, 0.9];

  it('reaches the requested goal', () => {
    assert.equal(chooseThreshold(labels, scores, 'accuracy').threshold, 0.5);
    assert.equal(chooseThreshold(labels, scores, 'f1').threshold, 0.35);
    assert.equal(chooseThreshold(labels, scores).threshold, 0.5);
    const precise = chooseThreshold(labels, scores, { precision: 0.75 });
    assert.deepEqual([precise.threshold, precise.precision, precise.recall], [0.5, 0.75, 0.75]);
    assert.equal(chooseThreshold(labels, scores, { recall: 1 }).threshold, 0.35);
  });

  it('predicts more positives the more a missed one costs', () => {
    const cost = (falseNegative: number, falsePositive: number) =>
      chooseThreshold(labels, scores, { cost: { falseNegative, falsePositive } }).threshold;
    assert.equal(cost(10, 1), 0.35);
    assert.equal(cost(1, 10), 0.9);
    assert.equal(cost(0, 1), Infinity);
  });

  it('says so if no threshold reaches the goal, or there is only one kind of example', () => {
    mistake(() => chooseThreshold([0, 1], [0.9, 0.1], { precision: 0.9 }), 'no threshold reaches', '0.500');
    mistake(() => chooseThreshold([0, 0], [0.9, 0.1]), 'no positive example');
    mistake(() => chooseThreshold([1], [0.9]), 'no negative example');
    mistake(() => chooseThreshold(labels, scores, 'recall' as 'f1'), "goal must be 'accuracy'", '"recall"');
    mistake(() => chooseThreshold(labels, scores, { precision: 90 }), '<= 1', '90');
  });
});

describe('calibration', () => {
  it('measures how overconfident a model is', () => {
    const { error, overconfidence, bins } = calibration(
      [0, 0, 0, 1],
      [0, 0, 0, 0].map(() => [1, 0]),
    );
    assert.deepEqual([error, overconfidence, bins[9]!.count], [0.25, 0.25, 4]);
    assert.equal(bins[0]!.accuracy, undefined);
  });

  it('has an error of about 6 points by chance alone, with 150 examples', () => {
    const random = new Random(1, 'calibrated');
    const errors = Array.from({ length: 40 }, () => {
      const rows = Array.from({ length: 150 }, () => 0.5 + 0.5 * random.uniform()).map((p) => [p, 1 - p]);
      const labels = rows.map(([p]) => (random.uniform() < p! ? 0 : 1));
      return calibration(labels, rows).error;
    }).sort((a, b) => a - b);
    assert.ok(errors[20]! > 0.05 && errors[20]! < 0.07, String(errors[20]));
  });

  it('refuses logits, unequal rows, labels out of range and no examples', () => {
    mistake(() => calibration([0], [[3, -1]]), 'row 0 must be 2 probabilities', 'softmax');
    mistake(() => calibration([0], [[0.7, 0.7]]), 'that sum to 1, got 0.7, 0.7 with the sum 1.4');
    mistake(() => calibration([0], [[0.5, Number.NaN]]), 'got 0.5, NaN');
    mistake(() => calibration([2], [[0.5, 0.5]]), 'label number 0 is 2', 'from 0 to 1');
    mistake(() => calibration([0, 1], [[0.5, 0.5], [1]]), 'row 1');
    mistake(() => calibration([], []), 'no examples');
  });
});

describe('fitTemperature', () => {
  it('reaches its limits for a model that is always right, and for one that is always wrong', () => {
    const logits = [
      [2, 0],
      [0, 2],
    ];
    assert.ok(fitTemperature([0, 1], logits) < 0.06);
    assert.equal(fitTemperature([1, 0], logits).toFixed(2), '50.00');
  });

  it('accepts log probabilities as logits, and keeps the order of classes', () => {
    const probabilities = [
      [0.9, 0.1, 0],
      [0.2, 0.7, 0.1],
      [0.6, 0.3, 0.1],
    ];
    const labels = [0, 1, 1];
    const logits = logProbabilities(probabilities);
    const temperature = fitTemperature(labels, logits);
    const after = softmaxAt(logits, temperature);
    assert.ok(calibration(labels, after).logLoss < calibration(labels, probabilities).logLoss);
    after.forEach((row, i) =>
      assert.equal(row.indexOf(Math.max(...row)), probabilities[i]!.indexOf(Math.max(...probabilities[i]!))),
    );
    mistake(() => softmaxAt(logits, 0), 'above 0');
    mistake(() => fitTemperature([0], [[Number.NaN, 0]]), 'not finite');
  });

  it('refuses rows of unequal lengths, labels out of range, no examples, and invalid probabilities', () => {
    mistake(() => fitTemperature([0, 0], [[1, 0], [1]]), 'row 1 has 1 values', '2 classes');
    mistake(() => fitTemperature([2], [[1, 0]]), 'label number 0 is 2', 'from 0 to 1');
    mistake(() => fitTemperature([], []), 'no examples');
    mistake(() => logProbabilities([[3, -1]]), 'logProbabilities: row 0 must be 2 probabilities', 'softmax');
    mistake(() => softmaxAt([[1, Number.NaN]], 1), 'row 0 has a logit that is not a finite number: 1, NaN');
    assert.deepEqual(softmaxAt([[0, -Infinity]], 1), [[1, 0]]);
  });
});

describe('suspectLabels', () => {
  it('finds most labels that were changed on purpose and no others, and suggests the right class', () => {
    const random = new Random(5, 'labels');
    const truth = Array.from({ length: 90 }, (_, i) => i % 3);
    const labels = truth.map((label, i) => (i % 15 === 0 ? (label + 1) % 3 : label));
    const probabilities = truth.map((label) => {
      const row = [0, 1, 2].map((c) => (c === label ? 1 : 0.15 * random.uniform()));
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((p) => p / sum);
    });
    const found = suspectLabels(labels, probabilities);
    assert.ok(found.length >= 3 && found.every(({ index }) => index % 15 === 0), JSON.stringify(found));
    for (const { index, suggested } of found) assert.equal(suggested, truth[index]);
  });

  it('suspects nothing in a class without examples or with one example', () => {
    assert.deepEqual(suspectLabels([0], [[0.1, 0.9]]), []);
  });

  it('refuses no examples, labels out of range and rows that are not probabilities', () => {
    mistake(() => suspectLabels([], []), 'suspectLabels: got no examples');
    mistake(() => suspectLabels([2], [[0.1, 0.9]]), 'label number 0 is 2');
    mistake(() => suspectLabels([0], [[2, -1]]), 'softmax');
  });
});

describe('sliceAccuracy', () => {
  const rows = [
    { label: 'cat', predicted: 'cat', camera: 'phone', brightness: 0.2 },
    { label: 'cat', predicted: 'dog', camera: 'phone', brightness: 0.9 },
    { label: 'dog', predicted: 'dog', camera: 'film', brightness: 0.4 },
  ];

  it('puts the worst slice first, with its interval', () => {
    const [worst, best] = sliceAccuracy(rows, 'camera');
    assert.deepEqual([worst!.slice, worst!.accuracy, worst!.right, worst!.total], ['phone', 0.5, 1, 2]);
    assert.equal(best!.slice, 'film');
    assert.ok(worst!.low < 0.1 && worst!.high > 0.9);
  });

  it('accepts and returns an arquero table, and slices by a function', () => {
    assert.deepEqual(sliceAccuracy(from(rows), 'camera'), sliceAccuracy(rows, 'camera'));
    const table = sliceTable(rows, (row) => ((row.brightness as number) > 0.5 ? 'bright' : 'dark'));
    assert.deepEqual(table.array('slice'), ['bright', 'dark']);
  });

  it('divides numbers into quartiles', () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ label: 1, predicted: i < 10 ? 0 : 1, size: i }));
    assert.deepEqual(
      sliceAccuracy(many, 'size').map(({ slice, accuracy, total }) => `${slice}: ${accuracy} of ${total}`),
      ['below 10: 0 of 10', '10 to 20: 1 of 10', '20 to 30: 1 of 10', 'from 30: 1 of 10'],
    );
  });

  it('refuses no rows, an unknown column, and labels that cannot be compared with predictions', () => {
    mistake(() => sliceAccuracy(from([{ label: 'cat', camera: 'film' }]), 'camera'), "a row has no 'predicted'");
    mistake(
      () => sliceAccuracy([{ label: 'cat', predicted: 0, camera: 'film' }], 'camera'),
      'the label "cat" cannot be compared with the prediction 0',
      'class names for both, or indices for both',
    );
    mistake(() => sliceAccuracy([], 'camera'), 'no rows');
    mistake(() => sliceAccuracy(rows, 'lens'), "no column 'lens'", 'camera, brightness');
  });
});

describe('classTable', () => {
  it('returns the report as an arquero table that ends with the two averages', () => {
    const table = classTable(confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']));
    assert.deepEqual(table.columnNames(), ['class', 'precision', 'recall', 'f1', 'support']);
    assert.deepEqual(table.array('class'), ['cat', 'dog', 'macro average', 'weighted average']);
    assert.deepEqual(table.array('support'), [2, 1, 3, 3]);
  });
});

describe('describeAccuracy', () => {
  it('says how much one picture changes the accuracy', () => {
    assert.equal(
      describeAccuracy(131, 150),
      '131 of 150 right: 87.3%, 95% interval 81.1% to 91.7%; one picture is 0.7 points',
    );
  });
});
