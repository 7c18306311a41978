import assert from 'node:assert/strict';
import { buildHead } from '../../src/layers';
import { tf } from '../../src/tensorflow';
import { evaluate, fit } from '../../src/training';
import { describeInterpolation, interpolate } from '../../src/training/interpolation';
import { Snapshot } from '../../src/training/weights';

const labels = Int32Array.from([0, 0, 1, 1]);
const values = Float32Array.from([-2, -1, 1, 2]);

const noise = [0.5, -1, -1.5, 2];

/** A model with one weight: the nearer it is to `best`, the more its logits follow the classes. */
function lineOf(before: number, after: number, best: number, sharpness = 1) {
  const variable = tf.variable(tf.scalar(before));
  const snapshot = new Snapshot([variable]);
  variable.assign(tf.scalar(after));
  const evaluateNow = async () => {
    const weight = variable.dataSync()[0]!;
    const margins = [...values].map((value, i) => (1 - Math.abs(weight - best)) * value + noise[i]!);
    const logits = Float32Array.from(margins.flatMap((margin) => [0, margin * (1 + sharpness * weight)]));
    const right = margins.filter((margin, i) => Number(margin > 0) === labels[i]).length;
    return { loss: 0, accuracy: right / 4, logits };
  };
  return { variable, choose: () => interpolate([variable], snapshot, { labels }, evaluateNow) };
}

describe('interpolation between the weights before and after training', () => {
  it('takes the part of the way with the lowest loss', async () => {
    for (const best of [0, 0.25, 0.5, 0.75, 1]) {
      const { variable, choose } = lineOf(0, 1, best);
      const { interpolation, evaluation } = await choose();
      assert.equal(interpolation.part, best);
      assert.equal(variable.dataSync()[0], best);
      assert.equal(evaluation.accuracy, interpolation.tried.find(({ part }) => part === best)!.accuracy);
    }
  });

  it('measures at the best temperature, so that overconfidence does not count', async () => {
    assert.equal((await lineOf(0, 1, 1, 8).choose()).interpolation.part, 1);
    const [plain, sharp] = [await lineOf(0, 1, 1, 0).choose(), await lineOf(0, 1, 1, 8).choose()];
    plain.interpolation.tried.forEach(({ loss }, i) => {
      assert.ok(Math.abs(loss - sharp.interpolation.tried[i]!.loss) < 1e-4);
    });
  });

  it('keeps what was learned where the validation data hardly speak against it', async () => {
    const variable = tf.variable(tf.scalar(0));
    const before = new Snapshot([variable]);
    variable.assign(tf.scalar(1));
    // the first half of the way makes four examples better; all of it one better, one worse, and one a little worse
    const evaluateNow = async () => {
      const moved = variable.dataSync()[0]!;
      const better = new Array(4).fill(1 - 4 * Math.min(moved, 0.5));
      const margins = [...better, -2 + 0.9 * moved, -1 - 0.5 * moved, 2 - 0.1 * moved, -1];
      return { loss: 0, accuracy: 0.75, logits: Float32Array.from(margins.flatMap((margin) => [0, margin])) };
    };
    const of = { labels: Int32Array.from([0, 0, 0, 0, 0, 0, 1, 1]) };
    const { interpolation } = await interpolate([variable], before, of, evaluateNow);
    const losses = interpolation.tried.map(({ loss }) => loss);
    assert.ok(losses[2]! < losses[3]! && losses[3]! < losses[4]! && losses[4]! < losses[0]!, losses.join());
    assert.equal(interpolation.part, 1);
  });

  it('takes half of the way where the validation data say nothing, as all weights predict them correctly', async () => {
    const variable = tf.variable(tf.scalar(0));
    const before = new Snapshot([variable]);
    variable.assign(tf.scalar(1));
    const evaluateNow = async () => {
      const confidence = 1 + 3 * variable.dataSync()[0]!;
      const logits = Float32Array.from([...values].flatMap((value) => [0, confidence * value]));
      return { loss: 0, accuracy: 1, logits };
    };
    const { interpolation } = await interpolate([variable], before, { labels }, evaluateNow);
    assert.equal(interpolation.part, 0.5);
    assert.equal(variable.dataSync()[0], 0.5);
  });

  it('counts the examples of a group together: many like each other are no more evidence than one', async () => {
    const variable = tf.variable(tf.scalar(0));
    const before = new Snapshot([variable]);
    const many = Int32Array.from({ length: 48 }, (_, i) => (i < 36 ? 0 : 1));
    // training makes 36 pictures of one thing a little worse, four of other things now better, now worse, and eight much better
    const evaluateNow = async () => {
      const moved = variable.dataSync()[0]!;
      const margins = Array.from(many, (_, i) =>
        i < 36
          ? -2 + 0.3 * moved
          : i < 40
            ? (i % 2 ? 1 : -1) + (i < 38 ? 0.5 : -0.5) * moved
            : -1 + 12 * Math.min(moved, 0.25),
      );
      return { loss: 0, accuracy: 1, logits: Float32Array.from(margins.flatMap((margin) => [0, margin])) };
    };
    const chosenFor = async (groups?: (string | undefined)[]) => {
      variable.assign(tf.scalar(1));
      const data = { labels: many, ...(groups && { groups }) };
      return (await interpolate([variable], before, data, evaluateNow)).interpolation;
    };
    const alone = await chosenFor();
    const grouped = await chosenFor(Array.from(many, (_, i) => (i < 36 ? 'one thing' : undefined)));
    assert.deepEqual(grouped.tried, alone.tried);
    assert.ok(alone.part < 1, `${alone.part}`);
    assert.ok(grouped.part > alone.part, `${grouped.part}`);
  });

  it('says what it has chosen', async () => {
    const said = async (best: number) => describeInterpolation((await lineOf(0, 1, best).choose()).interpolation);
    assert.match(await said(0), /^the frozen backbone is as good .* feature-extraction/);
    assert.match(await said(0.5), /^the final weights are 50% of the way .*: accuracy \d\.\d{3} \(/);
    assert.match(await said(1), /^the fine-tuned weights are kept as they are/);
  });

  it('leaves no tensor behind', async () => {
    const { choose } = lineOf(0, 1, 1);
    const before = tf.memory().numTensors;
    await choose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('of fit ends with weights that are not worse on the validation data than those before', async () => {
    const head = buildHead(1, 2, { dropout: 0 });
    head.setWeights([tf.tensor2d([[-2, 2]]), tf.tensor1d([0, 0])]); // right for all of these
    const data = { values, shape: [1], labels };
    const wrong = { values, shape: [1], labels: Int32Array.from([1, 1, 0, 0]) };
    const options = { epochs: 5, learningRate: 1, interpolation: 'validation', optimizer: 'sgd' } as const;
    const result = await fit(head, { train: wrong, validation: data }, options);
    assert.equal(result.history.at(-1)!.validationAccuracy, 0);
    assert.ok(result.interpolation!.part < 1);
    assert.equal(result.evaluation!.accuracy, 1);
    assert.equal(evaluate(head, data).accuracy, 1);
    await assert.rejects(fit(head, { train: data }, options), /interpolation 'validation' needs validation data/);
  });
});
