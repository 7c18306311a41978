import assert from 'node:assert/strict';
import { imageFolder } from '../../src/data';
import { softmax, train } from '../../src/training';
import { linearProbe } from '../../src/training/logistic/linearProbe';
import fixture from '../analysis/advise/sklearn_fixture.json';
import { stripesFolder } from '../pictures';

describe('the logistic head', () => {
  for (const { title, values, length, labels, classes, asked, expected, probe } of fixture.cases) {
    it(`has weights for features as they are, with the probabilities of scikit-learn: ${title}`, () => {
      const rows = { values: Float32Array.from(values), length, labels: Int32Array.from(labels), classes };
      const { kernel, bias } = linearProbe(rows, fixture.strength);
      const logits = expected.flatMap((_, i) =>
        Array.from(bias, (b, c) => {
          let sum = b;
          for (let k = 0; k < length; k++) sum += asked[i * length + k]! * kernel[k * classes + c]!;
          return sum;
        }),
      );
      const probabilities = softmax(Float32Array.from(logits), classes);
      probe.probabilities.flat().forEach((known, i) => {
        assert.ok(Math.abs(known - probabilities[i]!) < 1e-3, `${probabilities[i]} instead of ${known}`);
      });
    });
  }

  it('is the same for every seed of the head, and chooses its penalty by folds, which it says', async () => {
    const messages: string[] = [];
    const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 32, head: 'logistic' } as const;
    const dataset = imageFolder(await stripesFolder(6));
    const listener = { onMessage: (text: string) => messages.push(text) };
    const run = await train(dataset, { ...options, listener });
    assert.equal(run.history.length, 1);
    assert.match(
      messages.join('\n'),
      /logistic regression with C \d+, chosen by the log loss of 4 folds of the training pictures/,
    );
    const again = await train(dataset, options);
    assert.deepEqual(
      again.predictions.map(({ probabilities }) => probabilities),
      run.predictions.map(({ probabilities }) => probabilities),
    );
    for (const each of [run, again]) each.dispose();
  });

  it('is refused where more than a head trains, or its objective is another', async () => {
    const dataset = imageFolder(await stripesFolder(4));
    const refused = (options: object, message: RegExp) =>
      assert.rejects(train(dataset, { head: 'logistic', ...options }), message);
    await refused(
      { variant: 'hybrid' },
      /head 'logistic' is logistic regression .* cannot have variant 'hybrid': take head 'linear'/,
    );
    await refused({ augment: 'standard' }, /cannot have augment 'standard'/);
    await refused({ labelSmoothing: 0.1 }, /cannot have labelSmoothing 0.1/);
  });
});
