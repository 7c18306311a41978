import { withDefaults } from '../../core/options';
import { tf } from './backend';
import { type CompiledFunction, type CompileOptions, compile } from './compile';
import { float32Tolerance } from './precision';

export interface CompileForwardOptions
  extends Pick<CompileOptions, 'foldBatchNormalization' | 'precision' | 'engine' | 'tolerance' | 'onFallback'> {
  /** computed from the input before the model, in the same graph; default nothing */
  prepare?: (input: tf.Tensor) => tf.Tensor;
  /** a model of the output, computed in the same graph and frozen like the first; default none */
  head?: tf.LayersModel | undefined;
}

type Defaults = Required<Omit<CompileForwardOptions, 'head'>> & Pick<CompileForwardOptions, 'head'>;

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
  const { prepare, head, ...settings } = withDefaults<Defaults>('compileForward', options, {
    prepare: (input) => input,
    head: undefined,
    foldBatchNormalization: true,
    precision: 'float32',
    engine: 'tensorflow',
    tolerance: float32Tolerance(),
    onFallback: (message) => console.warn(message),
  });
  const models = head ? [model, head] : [model];
  const forward = (input: tf.Tensor) =>
    tf.tidy(() => models.reduce((x, each) => each.apply(x, { training: false }) as tf.Tensor, prepare(input)));
  return compile(forward, {
    ...settings,
    name: `the forward pass of ${model.name}`,
    frozen: models.flatMap(({ weights }) => weights.map((weight) => weight.read() as tf.Variable)),
  });
}
