import { isBatchNormalization, runsInInferenceMode, tf } from '../tensorflow';

/** A weight that training changes, with its name in files. */
export interface ChangingWeight {
  name: string;
  layer: string;
  variable: tf.Variable;
  /** whether gradients change it; if not, it is a moving statistic */
  trainable: boolean;
}

/** All weights of a model that training changes: those of layers that are not frozen, and moving statistics. */
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

/** The weights of batch normalizations that do not change in training: all four, or those that are not learned. */
export function fixedNormalization(model: tf.LayersModel): tf.Variable[] {
  return layersOf(model).flatMap((layer) => {
    if (!isBatchNormalization(layer) || !runsInInferenceMode(layer)) return [];
    const trainable = new Set(layer.trainableWeights);
    return layer.weights.filter((weight) => !trainable.has(weight)).map((weight) => weight.read() as tf.Variable);
  });
}

/** The layers of a model, with the layers of nested models in place of these. */
export function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap((layer) => {
    const inner = layer as unknown as tf.LayersModel;
    return Array.isArray(inner.layers) ? layersOf(inner) : [layer];
  });
}

/** A copy of the values of variables. It shares memory with the variables until these change. */
export class Snapshot {
  private values: tf.Tensor[];

  constructor(private readonly variables: readonly tf.Variable[]) {
    this.values = [];
    this.take();
  }

  /** Replaces the copy by the current values. */
  take(): void {
    tf.dispose(this.values);
    this.values = this.variables.map((variable) => tf.keep(variable.clone()));
  }

  restore(): void {
    this.variables.forEach((variable, i) => variable.assign(this.values[i]!));
  }

  /** The copied values, in the order of the variables. */
  get tensors(): readonly tf.Tensor[] {
    return this.values;
  }

  dispose(): void {
    tf.dispose(this.values);
    this.values = [];
  }
}
