import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DataType, tf } from './backend';
import { buildGraph } from './compiledGraph';
import { float32Tolerance } from './precision';
import { encodeSavedModel } from './savedModel';

export interface SavedModelNames {
  input: string;
  output: string;
}

/**
 * Write a model's forward pass as a SavedModel that any TensorFlow loads and serves: weights as constants, batch
 * normalization folded into the convolutions, one signature 'serving_default', any batch size. It is loaded and
 * compared with the model before this returns.
 *
 * @param model of one input and one output of float32; dropout and batch normalization run in inference mode
 * @param folder made when it is not there
 * @throws {Refusal} when an operation of the model cannot be in a graph, or the graph gives something else
 */
export function writeSavedModel(model: tf.LayersModel, folder: string, names: SavedModelNames): void {
  const inputShape = model.inputs[0]!.shape.slice(1).map(Number);
  const outputShape = model.outputs[0]!.shape.slice(1).map(Number);
  const forward = (input: tf.Tensor) => [tf.tidy(() => model.apply(input.toFloat(), { training: false }) as tf.Tensor)];
  // no variables, but TensorFlow's loader looks for the folder
  mkdirSync(join(folder, 'variables'), { recursive: true });
  const example = tf.randomUniform([2, ...inputShape], 0, 255, 'float32', 1);
  try {
    const { session } = buildGraph(forward, [example], {
      batched: new Set([0]),
      frozen: new Set(model.weights.map((weight) => weight.read() as tf.Variable)),
      foldBatchNormalization: true,
      precision: 'float32',
      keepVariables: false,
      tolerance: float32Tolerance(),
      onGraph: ({ nodes, inputs, outputs }) => {
        const tensor = (key: string, node: string, shape: number[]) => ({
          ...{ key, name: `${node}:0`, dtype: DataType.float, shape: [-1, ...shape] },
        });
        const input = tensor(names.input, inputs[0]!, inputShape);
        const output = tensor(names.output, outputs[0]!, outputShape);
        const file = openSync(join(folder, 'saved_model.pb'), 'w');
        try {
          encodeSavedModel(nodes, 'serve', { input, output }).writeTo(file);
        } finally {
          closeSync(file);
        }
      },
    });
    session.dispose();
  } finally {
    example.dispose();
  }
}
