import type { Backbone } from '../models';
import { tf } from '../tensorflow';
import { availablePrecision, type CompiledFunction, compileForward, type Precision } from '../tensorflow/graph';
import { pictureTensor } from './pictureTensor';

/**
 * Pictures from which on a graph is made: that takes as long as a hundred pictures operation by operation, which then take
 * half as long. Counted, not timed, so that the same work takes the same way every time.
 */
export const PICTURES_FOR_GRAPH = 192;

/** A network that decoded pictures go through: as one graph where there are many of them, else operation by operation. */
export class PictureNetwork {
  /** what it computes in */
  readonly precision: Precision;
  private graph: CompiledFunction<[tf.Tensor], tf.Tensor> | undefined;
  private expected = 0;

  /**
   * @param pictures how many there will be, at most
   * @param onMessage told if there can be no graph, or not the precision that was asked for
   * @param precision in bfloat16 there is always a graph
   */
  constructor(
    private readonly network: Pick<Backbone, 'entry' | 'model'>,
    pictures: number,
    private readonly onMessage: (text: string) => void = console.warn,
    precision: Precision = 'float32',
  ) {
    this.precision = availablePrecision(precision, onMessage);
    this.expect(pictures);
  }

  /** There will be more pictures: enough of them pay for a graph. */
  expect(pictures: number): void {
    this.expected += pictures;
    if (this.graph || (this.expected < PICTURES_FOR_GRAPH && this.precision === 'float32')) return;
    this.graph = compileForward(this.network.model, { precision: this.precision, onFallback: this.onMessage });
  }

  /** [batch] of [size, size, 3] bytes to [batch x outputs]. */
  run(pictures: readonly Uint8Array[]): Float32Array {
    const { graph, network } = this;
    if (!graph) return forward(network, pictures);
    return tf.tidy(() => graph.call(pictureTensor(pictures, network.entry.preprocessing)).dataSync() as Float32Array);
  }

  dispose(): void {
    this.graph?.dispose();
  }
}

/** One forward pass over decoded pictures, operation by operation: [batch] of [size, size, 3] bytes to [batch x outputs]. */
export function forward(
  { entry, model }: Pick<Backbone, 'entry' | 'model'>,
  pictures: readonly Uint8Array[],
): Float32Array {
  return tf.tidy(() => {
    const outputs = model.predictOnBatch(pictureTensor(pictures, entry.preprocessing)) as tf.Tensor;
    return outputs.dataSync() as Float32Array;
  });
}
