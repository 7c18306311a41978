import type { EpochRecord } from '../core/listener';
import { argmax } from '../metrics/argmax';
import { baselineOf } from '../metrics/baseline';
import { groupedAccuracy } from '../metrics/groupedAccuracy';
import type { Monitor } from '../metrics/measures';
import type { tf } from '../tensorflow';
import { rankedMeasures } from './earlyStopping';
import { type Evaluation, evaluateSource, penaltyNow } from './evaluate';
import type { FitSettings } from './fitSettings';
import { buildLoss, type Loss } from './losses';
import type { Passes } from './passes';

/** What the epochs of a training record of the validation data. */
export class EpochValidation {
  private readonly loss: Loss;
  /** accuracy of always predicting the most frequent class */
  private readonly baseline: number;
  /** whether epochs record macro F1 and the area under the ROC curve, which takes time with many examples and classes */
  private readonly ranks: boolean;

  constructor(
    private readonly model: tf.LayersModel,
    private readonly passes: Passes,
    { loss, measure, earlyStopping }: FitSettings,
  ) {
    this.loss = buildLoss(loss, model.outputs[0]!.shape.at(-1)!);
    this.baseline = baselineOf(Array.from(passes.source.labels)).accuracy;
    const asked = [measure, earlyStopping?.monitor];
    this.ranks = ['macroF1', 'auc', 'validationMacroF1', 'validationAuc'].some((name) =>
      asked.includes(name as Monitor),
    );
  }

  /** The validation data. */
  get source(): Passes['source'] {
    return this.passes.source;
  }

  /** The model as it is now. */
  evaluate(): Promise<Evaluation> {
    return evaluateSource(this.passes.source, this.passes.forward, this.loss);
  }

  /** The values of an epoch. */
  recordOf({ loss, accuracy, logits }: Evaluation): Partial<EpochRecord> {
    const { labels, groups } = this.passes.source;
    const { low, high } = groupedAccuracy(rightOnes(labels, logits), groups);
    return {
      validationLoss: loss + penaltyNow(this.model),
      validationAccuracy: accuracy,
      validationInterval: { low, high },
      validationBaseline: this.baseline,
      ...(this.ranks && rankedMeasures({ labels, logits })),
    };
  }
}

/** Whether the class of each example is predicted correctly. @param logits [examples x outputs], one output for two classes */
function rightOnes(labels: Int32Array, logits: Float32Array): boolean[] {
  const outputs = logits.length / labels.length;
  return Array.from(labels, (label, i) => {
    const row = logits.subarray(i * outputs, (i + 1) * outputs);
    return (outputs === 1 ? Number(row[0]! > 0) : argmax(row)) === label;
  });
}
