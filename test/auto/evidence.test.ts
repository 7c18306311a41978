import assert from 'node:assert/strict';
import { compareOnPictures } from '../../src/auto/evidence';
import { Random } from '../../src/core/random';
import type { Prediction } from '../../src/training';

/** Predictions of 100 pictures of two classes, of which the given part is right, with this probability of the predicted class. */
function predict(right: number, confidence: number, group?: (i: number) => string): Prediction[] {
  return Array.from({ length: 100 }, (_, i) => {
    const label = i % 2;
    const predicted = i < 100 * right ? label : 1 - label;
    const probabilities = predicted === 0 ? [confidence, 1 - confidence] : [1 - confidence, confidence];
    return { file: `${i}.png`, label, predicted, probabilities, ...(group && { group: group(i) }) };
  });
}

describe('a model replaces the best one so far', () => {
  it('if it is clearly better on the same pictures', () => {
    const { better, difference } = compareOnPictures(predict(0.7, 0.8), predict(0.9, 0.8));
    assert.ok(better);
    assert.ok(difference < 0);
  });

  it('not if its accuracy is lower beyond chance, however low its loss is', () => {
    const unsure = predict(0.8, 0.7);
    const surer = (right: number) =>
      predict(right, 0.6).map((each, i) => (i < 100 * right ? { ...each, probabilities: sure(each.label) } : each));
    const { better, difference, reason } = compareOnPictures(unsure, surer(0.76));
    assert.ok(difference < 0);
    assert.ok(!better);
    assert.match(reason, /its accuracy is lower beyond chance/);
    // by a single picture, which is one standard error of the difference of 100 pictures
    assert.ok(compareOnPictures(unsure, surer(0.79)).better);
  });

  it('not for a difference that chance explains', () => {
    const random = new Random(0);
    const noisy = () =>
      predict(0.8, 0.8).map((each) => {
        const p = 0.55 + 0.4 * random.uniform();
        return { ...each, probabilities: each.predicted === 0 ? [p, 1 - p] : [1 - p, p] };
      });
    const { difference, error, better } = compareOnPictures(noisy(), noisy());
    assert.ok(Math.abs(difference) < 2 * error);
    assert.equal(better, difference < -error);
    assert.ok(!compareOnPictures(predict(0.8, 0.8), predict(0.8, 0.8)).better);
  });

  it('not for being more confident alone, which temperature scaling undoes', () => {
    const { difference, better } = compareOnPictures(predict(0.9, 0.99), predict(0.9, 0.8));
    assert.ok(Math.abs(difference) < 1e-3);
    assert.ok(!better);
  });

  it('with whole groups as evidence: ten pictures of one patient are one case', () => {
    const [alone, grouped] = [undefined, (i: number) => String(Math.floor(i / 10))].map((group) =>
      compareOnPictures(predict(0.7, 0.8, group), predict(0.9, 0.8, group)),
    );
    assert.ok(grouped!.error > 1.5 * alone!.error);
  });

  it('only if it predicted every picture, with finite probabilities', () => {
    const best = predict(0.7, 0.8);
    assert.match(compareOnPictures(best, predict(0.9, 0.8).slice(1)).reason, /did not predict all/);
    const broken = predict(0.9, 0.8).map((each) => ({ ...each, probabilities: [Number.NaN, Number.NaN] }));
    assert.deepEqual(compareOnPictures(best, broken).better, false);
  });
});

const sure = (label: number) => (label === 0 ? [0.99, 0.01] : [0.01, 0.99]);
