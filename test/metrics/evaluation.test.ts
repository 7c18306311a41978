import assert from 'node:assert/strict';
import { accuracy, classReport, confusionMatrix, mostConfused, topKAccuracy, wilsonInterval } from '../../src/metrics';
import { mistake } from '../mistake';

describe('accuracy', () => {
  it('is the fraction of correct predictions, for plain and typed arrays', () => {
    assert.equal(accuracy([0, 1, 2, 2], [0, 1, 2, 0]), 0.75);
    assert.equal(accuracy(Int32Array.of(1, 1), Uint8Array.of(1, 0)), 0.5);
  });

  it('refuses no examples and unequal lengths', () => {
    mistake(() => accuracy([], []), 'no examples');
    mistake(() => accuracy([1, 0], [1]), '2 labels and 1 predictions');
  });

  it('refuses probabilities instead of predicted classes, which would all be wrong', () => {
    mistake(() => accuracy([1, 0], [0.9, 0.2]), 'prediction number 0 is 0.9', 'index of the highest');
    mistake(() => accuracy([1, -1], [1, 0]), 'label number 1 is -1', 'whole numbers from 0');
    mistake(() => accuracy([1], [Number.NaN]), 'prediction number 0 is NaN');
  });
});

describe('topKAccuracy', () => {
  it('puts the lower class first among equal scores, so that constant scores get the accuracy of the first k classes', () => {
    const constant = [0, 1, 2, 3].map(() => [0.25, 0.25, 0.25, 0.25]);
    assert.equal(topKAccuracy([0, 1, 2, 3], constant, 1), 0.25);
    assert.equal(topKAccuracy([0, 1, 2, 3], constant, 3), 0.75);
  });

  it('counts a true class with a score of NaN as missed', () => {
    const scores = [
      [Number.NaN, Number.NaN],
      [Number.NaN, 1],
    ];
    assert.equal(topKAccuracy([0, 1], scores, 1), 0.5);
  });

  it('accepts rows of a Float32Array', () => {
    assert.equal(topKAccuracy([2], [Float32Array.of(0.1, 0.2, 0.7)], 1), 1);
  });

  it('refuses a k, a label or a row that does not fit', () => {
    mistake(() => topKAccuracy([0], [[1, 0]], 3), 'k', '<= 2', 'got 3');
    mistake(() => topKAccuracy([0], [[1, 0]], 0), 'k', '>= 1');
    mistake(() => topKAccuracy([2], [[1, 0]], 1), 'label number 0 is 2', 'from 0 to 1');
    mistake(() => topKAccuracy([0, 0], [[1, 0], [1]], 1), 'row 1 has 1 scores and row 0 has 2');
    mistake(() => topKAccuracy([], [], 1), 'no examples');
  });
});

describe('confusionMatrix', () => {
  it('counts true classes in rows and predicted classes in columns', () => {
    const { counts } = confusionMatrix([0, 0, 1], [1, 1, 1], ['cat', 'dog']);
    assert.deepEqual(counts, [
      [0, 2],
      [0, 1],
    ]);
  });

  it('refuses an index out of range, a fraction, no classes, no examples and unequal lengths', () => {
    mistake(() => confusionMatrix([0, 2], [0, 0], ['a', 'b']), 'label number 1 is 2', 'from 0 to 1');
    mistake(() => confusionMatrix([0], [-1], ['a', 'b']), 'prediction number 0 is -1');
    mistake(() => confusionMatrix([0.5], [0], ['a', 'b']), 'label number 0 is 0.5');
    mistake(() => confusionMatrix([], [], []), 'no classes');
    mistake(() => confusionMatrix([], [], ['cat', 'dog']), 'confusionMatrix: got no examples; give at least one');
    mistake(() => confusionMatrix([0], [], ['a']), '1 labels and 0 predictions');
  });
});

describe('classReport', () => {
  it('gives 0 to a class without examples and to one that is never predicted, and includes both in the macro average', () => {
    const report = classReport(confusionMatrix([0, 0, 2], [0, 0, 0], ['a', 'b', 'c']));
    assert.deepEqual(report.rows.slice(1), [
      { class: 'b', precision: 0, recall: 0, f1: 0, support: 0 },
      { class: 'c', precision: 0, recall: 0, f1: 0, support: 1 },
    ]);
    assert.ok(Math.abs(report.macro.recall - 1 / 3) < 1e-12);
  });

  it('refuses an empty matrix, whose accuracy would be a meaningless 0', () => {
    mistake(() => classReport({ classes: ['a'], counts: [[0]] }), 'classReport: the matrix counts no examples');
  });
});

describe('mostConfused', () => {
  const matrix = confusionMatrix([0, 0, 0, 0, 1, 2, 2, 2], [1, 1, 0, 0, 0, 1, 1, 2], ['a', 'b', 'c']);

  it('sorts by count and then by proportion of the true class, and leaves out correct and missing pairs', () => {
    assert.deepEqual(
      mostConfused(matrix).map((pair) => `${pair.trueClass}>${pair.predictedClass} ${pair.count}`),
      ['c>b 2', 'a>b 2', 'b>a 1'],
    );
    assert.equal(mostConfused(matrix)[1]!.share, 0.5);
  });

  it('stops at the limit and refuses one below 1', () => {
    assert.equal(mostConfused(matrix, 1).length, 1);
    mistake(() => mostConfused(matrix, 0), 'limit');
  });

  it('is empty if no classes were confused', () => {
    assert.deepEqual(mostConfused(confusionMatrix([0, 1], [0, 1], ['a', 'b'])), []);
  });
});

describe('wilsonInterval', () => {
  it('is wide for 131 correct of 150 pictures', () => {
    const { estimate, low, high } = wilsonInterval(131, 150);
    assert.equal(`${estimate.toFixed(3)} ${low.toFixed(3)} ${high.toFixed(3)}`, '0.873 0.811 0.917');
  });

  it('refuses no examples, more correct ones than examples, and a confidence of 95', () => {
    mistake(() => wilsonInterval(0, 0), 'total');
    mistake(() => wilsonInterval(3, 2), 'right', '<= 2');
    mistake(() => wilsonInterval(1, 2, 95), 'confidence', 'between 0 and 1', '95');
  });
});
