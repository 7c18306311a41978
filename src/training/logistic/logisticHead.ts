import { extractFeatures, selectRows } from '../../features';
import { tf } from '../../tensorflow';
import { evaluateLogits } from '../evaluate';
import { buildHeadOf, checkReadable, type Variation } from '../variation';
import { choosePenalty, type PenaltyChoice } from './choosePenalty';
import type { LabelledRows } from './labelledRows';
import { linearProbe } from './linearProbe';

/**
 * A head that is multinomial logistic regression on frozen features (Donahue et al. 2014, DeCAF), minimized by L-BFGS instead of trained
 * in steps: the minimum is unique, so there is no learning rate, and no number of epochs to choose.
 */
export const logisticHead: Variation = async (dataset, split, backbone, settings) => {
  const { cache, precision, engine, listener, seed } = settings;
  const { classes } = dataset;
  const all = [...split.train, ...split.validation];
  const features = await extractFeatures(backbone, all, { cache, precision, engine, listener });
  const began = performance.now();
  const rowsOf = (examples: typeof all): LabelledRows & { examples: typeof all } => ({
    ...selectRows(features, examples),
    length: features.length,
    classes: classes.length,
  });
  const [train, validation] = [rowsOf(split.train), rowsOf(split.validation)];
  checkReadable(dataset, train.examples, validation.examples, features.skipped, listener);
  const pool = { ...dataset, examples: train.examples.map(({ subset: _, ...example }) => example) };
  const penalty = choosePenalty(pool, (examples) => rowsOf([...examples]), { seed, shouldStop: listener.shouldStop });
  listener.onMessage?.(describePenalty(penalty));
  const { kernel, bias } = linearProbe(train, penalty.strength);

  const head = buildHeadOf(settings, features.length, classes.length);
  tf.tidy(() => {
    const values = [tf.tensor2d(kernel, [features.length, classes.length]), tf.tensor1d(bias)];
    head.getLayer('logits').setWeights(values);
  });
  const [fitted, held] = [train, validation].map((rows) => {
    const x = () => tf.tensor2d(rows.values, [rows.labels.length, features.length]);
    const logits = tf.tidy(() => (head.predict(x()) as tf.Tensor).dataSync() as Float32Array);
    return evaluateLogits(logits, rows.labels);
  });
  const training = (performance.now() - began) / 1000;
  const record = {
    ...{ epoch: 1, loss: fitted!.loss, accuracy: fitted!.accuracy },
    ...{ validationLoss: held!.loss, validationAccuracy: held!.accuracy, learningRate: 0, seconds: training },
  };
  listener.onEpoch?.(record, [record], 1);
  return {
    head,
    history: [record],
    ended: 'completed',
    evaluation: held!,
    split: { train: train.examples, validation: validation.examples },
    skipped: features.skipped,
    content: features.examples.map(({ label }, i) => ({ hash: features.hashes[i]!, label })),
    seconds: { decode: features.seconds.decode, features: features.seconds.features, training },
    features: {
      computed: features.examples.length - features.cached,
      cached: features.cached,
      engine: features.engine,
    },
    frozenUpTo: backbone.model.layers.at(-1)!.name,
    peakMemory: process.memoryUsage.rss(),
  };
};

/** What was chosen, as a line for the reader. */
function describePenalty({ strength, folds, tried }: PenaltyChoice): string {
  if (tried.length === 0)
    return `logistic regression with C ${strength}: too few pictures to choose the penalty by folds`;
  const losses = tried.map(({ strength: each, loss }) => `${each}: ${loss.toFixed(3)}`).join(', ');
  return `logistic regression with C ${strength}, chosen by the log loss of ${folds} folds of the training pictures (${losses})`;
}
