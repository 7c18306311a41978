import type { Backbone } from '../models';
import { tf } from '../tensorflow';
import { availablePrecision, type CompiledFunction, compileForward, type Precision } from '../tensorflow/graph';
import { pictureTensor } from './pictureTensor';

/**
 * From this number of pictures on a graph is compiled. Compiling takes as long as computing a hundred pictures operation by
 * operation, and halves the time per picture. A fixed number, not a measured time, so that the same work gives the same bits.
 */
export const PICTURES_FOR_GRAPH = 192;

/** Computes a network for decoded pictures: as a compiled graph when there are many, else operation by operation. */
export class PictureNetwork {
  /** number format of the computation */
  readonly precision: Precision;
  private graph: CompiledFunction<[tf.Tensor], tf.Tensor> | undefined;
  private expected = 0;

  /**
   * @param pictures the expected number of pictures
   * @param onMessage receives a message when no graph, or not the requested precision, is possible
   * @param precision bfloat16 always uses a graph
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

  /** Announce more pictures; a graph is compiled when there are enough. */
  expect(pictures: number): void {
    this.expected += pictures;
    if (this.graph || (this.expected < PICTURES_FOR_GRAPH && this.precision === 'float32')) return;
    this.graph = compileForward(this.network.model, { precision: this.precision, onFallback: this.onMessage });
  }

  /** Compute pictures: [batch] of [size, size, 3] bytes to [batch x outputs]. */
  run(pictures: readonly Uint8Array[]): Float32Array {
    const { graph, network } = this;
    if (!graph) return forward(network, pictures);
    return tf.tidy(() => graph.call(pictureTensor(pictures, network.entry.preprocessing)).dataSync() as Float32Array);
  }

  /** As {@link run}, and with a head its logits for these features. */
  logits(pictures: readonly Uint8Array[], head: tf.LayersModel | undefined): Float32Array {
    const outputs = this.run(pictures);
    if (!head) return outputs;
    return tf.tidy(() => {
      const features = tf.tensor2d(outputs, [pictures.length, outputs.length / pictures.length]);
      return (head.predict(features) as tf.Tensor).dataSync() as Float32Array;
    });
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
