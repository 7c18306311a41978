import { type Backbone, preprocess } from '../models';
import { tf } from '../tensorflow';
import { availablePrecision, type CompiledFunction, compileForward, type Precision } from '../tensorflow/graph';

/**
 * Pictures from which on a graph is made: that takes as long as a hundred pictures operation by operation, which then take
 * half as long. Counted, not timed, so that the same work takes the same way every time.
 */
export const PICTURES_FOR_GRAPH = 192;

/** A network that decoded pictures go through: as one graph where there are many of them, else operation by operation. */
export class PictureNetwork {
  /** what it computes in */
  readonly precision: Precision;
  private readonly graph: CompiledFunction<[tf.Tensor], tf.Tensor> | undefined;

  /**
   * @param pictures how many there will be, at most
   * @param onMessage told if there can be no graph, or not the precision that was asked for
   * @param precision in bfloat16 there is always a graph
   */
  constructor(
    private readonly network: Pick<Backbone, 'entry' | 'model'>,
    pictures: number,
    onMessage?: (text: string) => void,
    precision: Precision = 'float32',
  ) {
    this.precision = availablePrecision(precision, onMessage ?? console.warn);
    if (pictures < PICTURES_FOR_GRAPH && this.precision === 'float32') return;
    const prepare = (x: tf.Tensor) => preprocess(x as tf.Tensor4D, network.entry.preprocessing);
    this.graph = compileForward(network.model, { prepare, precision: this.precision, onFallback: onMessage });
  }

  /** [batch] of [size, size, 3] bytes to [batch x outputs]. */
  run(pictures: readonly Uint8Array[]): Float32Array {
    const { graph, network } = this;
    if (!graph) return forward(network, pictures);
    return read(() => graph.call(toTensor(pictures, network)));
  }

  dispose(): void {
    this.graph?.dispose();
  }
}

/** One forward pass over decoded pictures, operation by operation: [batch] of [size, size, 3] bytes to [batch x outputs]. */
export function forward(network: Pick<Backbone, 'entry' | 'model'>, pictures: readonly Uint8Array[]): Float32Array {
  const { entry, model } = network;
  return read(() => {
    const x = preprocess(toTensor(pictures, network), entry.preprocessing);
    return model.predictOnBatch(x) as tf.Tensor;
  });
}

/** [batch, size, size, 3] of 0 to 255. */
function toTensor(pictures: readonly Uint8Array[], { entry }: Pick<Backbone, 'entry'>): tf.Tensor4D {
  const { inputSize } = entry.preprocessing;
  const pixels = new Int32Array(pictures.length * inputSize * inputSize * 3);
  pictures.forEach((picture, i) => pixels.set(picture, i * inputSize * inputSize * 3));
  return tf.tensor4d(pixels, [pictures.length, inputSize, inputSize, 3], 'int32');
}

const read = (work: () => tf.Tensor): Float32Array => tf.tidy(() => work().dataSync() as Float32Array);
