import assert from 'node:assert/strict';
import { softmax, toProbabilities } from '../../src/training';
import { toPredictions } from '../../src/training/predictions';

const close = (actual: ArrayLike<number>, expected: readonly number[]) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => void assert.ok(Math.abs(actual[i]! - value) < 1e-6, `${actual[i]} ${value}`));
};

describe('probabilities', () => {
  it('are the softmax of logits, row by row, even of large ones', () => {
    close(softmax(Float32Array.of(0, Math.log(3), 1000, 0), 2), [0.25, 0.75, 1, 0]);
  });

  it('come from a single logit of the second class, too', () => {
    close(toProbabilities(Float32Array.of(0, Math.log(3)), 2, 2), [0.5, 0.5, 0.25, 0.75]);
    close(toProbabilities(Float32Array.of(0, Math.log(3)), 1, 2), [0.25, 0.75]);
  });

  it('say which class is predicted', () => {
    const examples = [
      { file: 'a', label: 1 },
      { file: 'b', label: 0 },
    ];
    const predictions = toPredictions(examples, Float32Array.of(-2, 3), 2);
    assert.deepEqual(
      predictions.map(({ file, label, predicted }) => [file, label, predicted]),
      [
        ['a', 1, 0],
        ['b', 0, 1],
      ],
    );
    assert.deepEqual(toPredictions([], new Float32Array(), 2), []);
  });
});
