import assert from 'node:assert/strict';
import {
  calibration,
  fitTemperature,
  type Interval,
  precisionRecallCurve,
  rocCurve,
  softmaxAt,
  suspectLabels,
  thresholdTable,
} from '../../src/metrics';
import fixture from './curves_fixture.json';

function close(actual: number, expected: number, what: string, tolerance = 1e-10) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not ${expected}`);
}

function allClose(actual: readonly number[], expected: readonly number[], what: string, tolerance = 1e-10) {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, i) => close(value, expected[i]!, `${what} ${i}`, tolerance));
}

function sameInterval(interval: Interval | undefined, expected: readonly number[], what: string) {
  allClose([interval!.low, interval!.high], expected, what);
}

describe('evaluation agrees with scikit-learn, SciPy and cleanlab', () => {
  for (const { title, labels, scores, ...expected } of fixture.binary) {
    it(`on ${title}: ROC and precision-recall curves, their areas and intervals`, () => {
      const roc = rocCurve(labels, scores);
      const wanted = expected.roc;
      if (wanted) {
        allClose(
          roc.points.map((point) => point.falsePositiveRate),
          wanted.falsePositiveRate,
          'false positives',
        );
        allClose(
          roc.points.map((point) => point.truePositiveRate),
          wanted.truePositiveRate,
          'true positives',
        );
        allClose(
          roc.points.slice(1).map((point) => point.threshold),
          wanted.thresholds,
          'thresholds',
        );
        close(roc.area, wanted.area, 'area');
        sameInterval(roc.interval, wanted.interval, 'interval of the area');
      } else {
        assert.ok(Number.isNaN(roc.area) && roc.interval === undefined);
      }
      const curve = precisionRecallCurve(labels, scores);
      const found = expected.precisionRecall;
      if (!found) {
        assert.ok(Number.isNaN(curve.averagePrecision) && curve.interval === undefined);
        return;
      }
      // scikit-learn ends its curve once all positives are found; both begin at the highest threshold
      const points = curve.points.slice(0, found.recall.length);
      allClose(
        points.map(({ precision }) => precision),
        found.precision,
        'precision',
      );
      allClose(
        points.map(({ recall }) => recall),
        found.recall,
        'recall',
      );
      close(curve.averagePrecision, found.averagePrecision, 'average precision');
      sameInterval(curve.interval, found.interval, 'interval of the average precision');
    });

    it(`on ${title}: an area wherever scikit-learn has one without a warning, and NaN elsewhere`, () => {
      const areas = {
        roc: rocCurve(labels, scores).area,
        precisionRecall: precisionRecallCurve(labels, scores).averagePrecision,
      };
      for (const curve of ['roc', 'precisionRecall'] as const) {
        const { value, warnings } = expected.areas[curve];
        if (value !== null && warnings.length === 0) close(areas[curve], value, curve);
        else assert.ok(Number.isNaN(areas[curve]), `${curve}: ${areas[curve]}`);
      }
    });

    it(`on ${title}: precision, recall, F1, specificity and accuracy at every threshold`, () => {
      const cuts = thresholdTable(labels, scores).slice(1);
      allClose(
        cuts.flatMap((cut) => [cut.precision, cut.recall, cut.f1, cut.specificity, cut.accuracy]),
        expected.cuts.flat(),
        'scores',
      );
    });
  }

  for (const { title, labels, logits, ...expected } of fixture.calibration) {
    it(`on ${title}: reliability bins, calibration error, log loss, Brier score and temperature`, () => {
      const found = calibration(labels, softmaxAt(logits, 1), expected.bins);
      assert.deepEqual(
        found.bins.map(({ count }) => count),
        expected.counts,
      );
      const filled = found.bins.filter(({ count }) => count > 0);
      allClose(
        filled.map(({ confidence }) => confidence),
        expected.confidence,
        'confidence',
      );
      allClose(
        filled.map(({ accuracy }) => accuracy!.estimate),
        expected.accuracy,
        'accuracy',
      );
      for (const key of ['error', 'largest', 'logLoss', 'brier'] as const) close(found[key], expected[key], key);
      const temperature = fitTemperature(labels, logits);
      close(temperature, expected.temperature, 'temperature', 1e-5);
      close(calibration(labels, softmaxAt(logits, temperature)).logLoss, expected.logLossAt, 'log loss after', 1e-9);
    });
  }

  for (const { title, labels, probabilities, issues } of fixture.labelIssues) {
    it(`on labels, ${title}: the same suspects in the same order`, () => {
      assert.deepEqual(
        suspectLabels(labels, probabilities).map(({ index }) => index),
        issues,
      );
    });
  }
});
