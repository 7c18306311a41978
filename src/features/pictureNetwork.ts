import type { Backbone } from '../models';
import { tf } from '../tensorflow';
import {
  availableEngine,
  availablePrecision,
  type CompiledFunction,
  compileForward,
  type EngineChoice,
  type Precision,
} from '../tensorflow/graph';
import { pictureTensor } from './pictureTensor';

/**
 * From this number of pictures on a graph is compiled. Compiling takes as long as computing a hundred pictures operation by
 * operation, and halves the time per picture. A fixed number, not a measured time, so that the same work gives the same bits.
 */
export const PICTURES_FOR_GRAPH = 192;

/**
 * A call for one picture counts as so many: what operation by operation costs more than a graph is then mostly the same for one picture as
 * for several. A server that predicts photo after photo thus gets a graph with the sixteenth.
 */
export const PICTURES_OF_CALL = 12;

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
   * @param engine what computes the graph; 'onnxruntime' always uses one
   * @throws {UserError} when the engine is not installed
   */
  constructor(
    private readonly network: Pick<Backbone, 'entry' | 'model'>,
    pictures: number,
    private readonly onMessage: (text: string) => void = console.warn,
    precision: Precision = 'float32',
    private engine: EngineChoice = 'tensorflow',
  ) {
    this.precision = availablePrecision(precision, onMessage);
    this.expect(pictures, engine);
  }

  /** Announce more pictures, and by what they are computed; a graph is compiled when there are enough. */
  expect(pictures: number, engine = this.engine): void {
    const { precision, onMessage } = this;
    const available = availableEngine(engine, precision);
    if (available !== this.engine) this.dispose();
    this.engine = available;
    if (pictures > 0) this.expected += Math.max(pictures, PICTURES_OF_CALL);
    const few = this.expected < PICTURES_FOR_GRAPH && precision === 'float32' && available !== 'onnxruntime';
    if (this.graph || few) return;
    this.graph = compileForward(this.network.model, { precision, engine: available, onFallback: onMessage });
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
    this.graph = undefined;
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
