import { withDefaults } from '../../core/options';
import { tf } from './backend';
import { type CompiledFunction, type CompileOptions, compile } from './compile';
import { float32Tolerance } from './precision';

export interface CompileForwardOptions
  extends Pick<CompileOptions, 'foldBatchNormalization' | 'precision' | 'engine' | 'tolerance' | 'onFallback'> {
  /** computed from the input before the model, in the same graph; default nothing */
  prepare?: (input: tf.Tensor) => tf.Tensor;
}

/**
 * Compile the forward pass of a model into one graph for any batch size: weights are constants, and batch normalization is folded
 * into the convolutions. After weights were assigned, the next call compiles again, so it suits frozen models.
 *
 * @param model of one input and one output; dropout and batch normalization run in inference mode
 * @returns input [batch, ...] to output [batch, ...]
 */
export function compileForward(
  model: tf.LayersModel,
  options?: CompileForwardOptions,
): CompiledFunction<[tf.Tensor], tf.Tensor> {
  const { prepare, ...settings } = withDefaults<Required<CompileForwardOptions>>('compileForward', options, {
    prepare: (input) => input,
    foldBatchNormalization: true,
    precision: 'float32',
    engine: 'tensorflow',
    tolerance: float32Tolerance(),
    onFallback: (message) => console.warn(message),
  });
  const forward = (input: tf.Tensor) => tf.tidy(() => model.apply(prepare(input), { training: false }) as tf.Tensor);
  return compile(forward, {
    ...settings,
    name: `the forward pass of ${model.name}`,
    frozen: model.weights.map((weight) => weight.read() as tf.Variable),
  });
}
