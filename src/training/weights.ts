import { isBatchNormalization, runsInInferenceMode, tf } from '../tensorflow';

/** A weight that training changes, and under which name files know it. */
export interface ChangingWeight {
  name: string;
  layer: string;
  variable: tf.Variable;
  /** whether gradients change it; otherwise it is a moving statistic */
  trainable: boolean;
}

/** All weights of a model that training changes: those of unfrozen layers, and statistics that batches move. */
export function changingWeights(model: tf.LayersModel): ChangingWeight[] {
  return layersOf(model).flatMap((layer) => {
    const moves = isBatchNormalization(layer) && !runsInInferenceMode(layer);
    const trainable = new Set(layer.trainableWeights);
    return layer.weights.flatMap((weight, i) => {
      if (!trainable.has(weight) && !moves) return [];
      const variable = weight.read() as tf.Variable;
      return [{ name: `${layer.name}/${i}`, layer: layer.name, variable, trainable: trainable.has(weight) }];
    });
  });
}

/** The layers of a model, those of models inside it in their place. */
export function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap((layer) => {
    const inner = layer as unknown as tf.LayersModel;
    return Array.isArray(inner.layers) ? layersOf(inner) : [layer];
  });
}

/** The values of variables at one moment. They share memory with the variables until those are changed. */
export class Snapshot {
  private values: tf.Tensor[];

  constructor(private readonly variables: readonly tf.Variable[]) {
    this.values = [];
    this.take();
  }

  /** Forget what was, remember what is. */
  take(): void {
    tf.dispose(this.values);
    this.values = this.variables.map((variable) => tf.keep(variable.clone()));
  }

  restore(): void {
    this.variables.forEach((variable, i) => variable.assign(this.values[i]!));
  }

  /** What is remembered, in the order of the variables. */
  get tensors(): readonly tf.Tensor[] {
    return this.values;
  }

  dispose(): void {
    tf.dispose(this.values);
    this.values = [];
  }
}
