import type { Listener } from '../core/listener';
import { counted } from '../core/text';
import type { Example, Skipped } from '../data';
import { PictureNetwork } from '../features';
import type { ClassificationSummary, ConfusionMatrix } from '../metrics';
import type { Backbone } from '../models';
import type { tf } from '../tensorflow';
import type { EngineChoice } from '../tensorflow/graph';
import { type ExamplePrediction, predictExamples } from './predictExamples';
import { type Prediction, summarizePredictions } from './predictions';
import { recordTestUse, type TestUse, testUseWarning } from './testUses';

/** How good the final model is on the test pictures, which nothing in the training looked at. */
export interface TestResult extends TestUse {
  /** all metrics with their intervals, beside the accuracy of the most frequent class */
  summary: ClassificationSummary;
  /** how often each true class was predicted as each class */
  confusion: ConfusionMatrix;
  /** one for each test picture that could be read */
  predictions: Prediction[];
  /** SHA-256 of each test picture's file, in the order of the predictions */
  hashes: string[];
  /** test pictures that could not be read, and why */
  skipped: Skipped[];
  /** files of test pictures whose very content was trained or validated on: they make the numbers too good */
  shared: string[];
}

interface TrainedNetwork {
  backbone: Backbone;
  head: tf.LayersModel;
  model?: tf.LayersModel;
  classes: readonly string[];
  /** what computes it */
  engine: EngineChoice;
}

/**
 * Evaluate the final model on the test pictures, once.
 *
 * @param known SHA-256 of the training and validation pictures
 * @returns undefined where no test picture could be read, or the listener asked to stop
 */
export async function evaluateTestPart(
  { backbone, head, model, classes, engine }: TrainedNetwork,
  examples: readonly Example[],
  known: ReadonlySet<string>,
  listener: Listener,
): Promise<TestResult | undefined> {
  listener.onMessage?.(`evaluating the final model on ${counted(examples.length, 'test picture')}`);
  const { preprocessing } = backbone.entry;
  const network = new PictureNetwork(
    model ? { entry: backbone.entry, model } : { ...backbone, head },
    examples.length,
    listener.onMessage,
    'float32',
    engine,
  );
  const logits = (pixels: readonly Uint8Array[]) => network.run(pixels);
  try {
    const { predictions, skipped } = await predictExamples(
      { resize: preprocessing, classes, logits },
      examples,
      listener,
    );
    const complete = predictions.length + skipped.length === examples.length;
    if (!complete || predictions.length === 0) return undefined;
    return testResultOf(predictions, skipped, classes, known, listener);
  } finally {
    network.dispose();
  }
}

/**
 * Summarize the predictions of the test pictures by a final model, and record that they were used.
 *
 * @param found the predictions of all that could be read
 * @param known SHA-256 of the training and validation pictures
 * @returns undefined where a probability is not finite
 */
export function testResultOf(
  found: readonly ExamplePrediction[],
  skipped: Skipped[],
  classes: readonly string[],
  known: ReadonlySet<string>,
  listener: Listener,
): TestResult | undefined {
  if (!found.every(({ probabilities }) => probabilities.every(Number.isFinite))) return undefined; // diverged
  const { summary, confusion } = summarizePredictions(found, classes);
  const shared = found.filter(({ hash }) => known.has(hash)).map(({ file }) => file);
  const use = recordTestUse(found);
  const warning = testUseWarning(use, found.length);
  if (warning) listener.onMessage?.(warning);
  if (shared.length > 0) {
    listener.onMessage?.(
      `${shared.length} of ${counted(found.length, 'test picture')} are among the training or validation pictures (the same content), such as '${shared[0]}': the test accuracy is too good`,
    );
  }
  return {
    ...{ summary, confusion, skipped, shared, ...use },
    predictions: found.map(({ hash: _, ...prediction }) => prediction),
    hashes: found.map(({ hash }) => hash),
  };
}
