import assert from 'node:assert/strict';
import { logMe } from '../../../src/analysis/advise/logMe';
import { nearestNeighbours } from '../../../src/analysis/advise/nearestNeighbours';
import type { LabelledRows } from '../../../src/training/logistic/labelledRows';
import { linearProbe } from '../../../src/training/logistic/linearProbe';
import { softmax } from '../../../src/training/predictions';
import fixture from './sklearn_fixture.json';

const rowsOf = ({ values, length, labels, classes }: Omit<(typeof fixture.cases)[0], 'asked'>) => ({
  ...{ length, classes },
  values: Float32Array.from(values),
  labels: Int32Array.from(labels),
});

/** The rows of some indices, in their order. */
function takeRows({ values, length, labels, classes }: LabelledRows, rows: readonly number[]): LabelledRows {
  const taken = rows.flatMap((row) => [...values.subarray(row * length, (row + 1) * length)]);
  return { values: Float32Array.from(taken), length, labels: Int32Array.from(rows, (row) => labels[row]!), classes };
}

describe('the measures of features agree with scikit-learn', () => {
  for (const one of fixture.cases) {
    const known = rowsOf(one);
    const asked = rowsOf({ ...one, values: one.asked, labels: one.expected });

    it(`linear probe as in LogisticRegression: ${one.title}`, () => {
      const probe = linearProbe(known, fixture.strength);
      const probabilities = softmax(probe.predict(asked), one.classes);
      one.probe.probabilities.flat().forEach((expected, i) => {
        assert.ok(Math.abs(expected - probabilities[i]!) < 1e-3, `${probabilities[i]} instead of ${expected}`);
      });
      assert.ok(Math.abs(probe.objective / one.probe.objective - 1) < 1e-4, `${probe.objective}`);
    });

    it(`nearest neighbours as in KNeighborsClassifier with cosine distances: ${one.title}`, () => {
      assert.deepEqual([...nearestNeighbours(known, asked, 5)], one.nearest);
    });

    it(`LogME as the evidence that BayesianRidge maximizes: ${one.title}`, () => {
      assert.ok(Math.abs(logMe(known) - one.logMe) < 1e-4, `${logMe(known)} instead of ${one.logMe}`);
    });
  }
});

describe('nearest neighbours', () => {
  it('predict the class of a known picture, although its distance is zero', () => {
    const known = rowsOf(fixture.cases[0]!);
    const same = takeRows(known, [3, 5, 7]);
    assert.deepEqual([...nearestNeighbours(known, same, 5)], [...same.labels]);
  });

  it('use all pictures if there are fewer than the number of neighbours', () => {
    const known = takeRows(rowsOf(fixture.cases[1]!), [0, 1, 2]);
    assert.equal(nearestNeighbours(known, known, 10).length, 3);
  });
});

describe('LogME', () => {
  it('leaves out a class without pictures', () => {
    const known = rowsOf(fixture.cases[0]!);
    assert.equal(logMe({ ...known, classes: 4 }), logMe(known));
  });
});
