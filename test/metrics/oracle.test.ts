import assert from 'node:assert/strict';
import {
  accuracy,
  calibration,
  classReport,
  confusionMatrix,
  precisionRecallCurve,
  rocCurve,
  type Scores,
  topKAccuracy,
  wilsonInterval,
} from '../../src/metrics';
import { mistake } from '../mistake';
import fixture from './sklearn_fixture.json';

type SklearnScores = Scores | { precision: number; recall: number; 'f1-score': number };

function close(actual: number, expected: number, what: string, tolerance = 1e-12) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not ${expected}`);
}

function sameScores(actual: Scores, expected: SklearnScores, what: string) {
  close(actual.precision, expected.precision, `${what} precision`);
  close(actual.recall, expected.recall, `${what} recall`);
  close(actual.f1, 'f1' in expected ? expected.f1 : expected['f1-score'], `${what} f1`);
}

describe('evaluation agrees with scikit-learn and SciPy', () => {
  for (const { title, labels, predictions, classes, ...expected } of fixture.reports) {
    it(`on ${title}: accuracy, counts, scores of each class and averages`, () => {
      close(accuracy(labels, predictions), expected.accuracy, 'accuracy');
      const matrix = confusionMatrix(labels, predictions, classes);
      assert.deepEqual(matrix.counts, expected.counts);
      const report = classReport(matrix);
      close(report.accuracy, expected.accuracy, 'accuracy of the report');
      assert.equal(report.support, labels.length);
      for (const [c, row] of report.rows.entries()) {
        sameScores(row, expected.rows[c]!, row.class);
        assert.equal(row.support, expected.rows[c]!.support);
      }
      sameScores(report.macro, expected.macro, 'macro');
      sameScores(report.weighted, expected.weighted, 'weighted');
    });
  }

  for (const { title, labels, scores, values } of fixture.top_k) {
    it(`on top-k accuracy with ${title} for every k`, () => {
      for (const [k, expected] of Object.entries(values)) {
        close(topKAccuracy(labels, scores, Number(k)), expected, `top-${k}`);
      }
      assert.equal(topKAccuracy(labels, scores, scores[0]!.length), 1);
    });
  }

  it('on no examples: every metric refuses them if scikit-learn does', () => {
    const refuse: Record<string, () => unknown> = {
      accuracy: () => accuracy([], []),
      'top-1 accuracy': () => topKAccuracy([], [], 1),
      'confusion matrix': () => confusionMatrix([], [], ['c0', 'c1']),
      'macro F1': () => classReport({ classes: ['c0'], counts: [[0]] }),
      'area under ROC': () => rocCurve([], []),
      'average precision': () => precisionRecallCurve([], []),
      'log loss': () => calibration([], []),
      'Brier score': () => calibration([], []),
    };
    for (const { metric, theirs } of fixture.nothing) {
      assert.match(theirs.error, /Error$/, metric);
      mistake(refuse[metric]!, 'no examples');
    }
  });

  it('on Wilson intervals from 1 to 10,000 examples and from 50% to 99.99% confidence', () => {
    for (const { right, total, confidence, low, high } of fixture.wilson) {
      const interval = wilsonInterval(right, total, confidence);
      close(interval.low, low, `low of ${right}/${total} at ${confidence}`, 1e-10);
      close(interval.high, high, `high of ${right}/${total} at ${confidence}`, 1e-10);
    }
  });
});
