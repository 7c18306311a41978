import { type Backbone, preprocess } from '../models';
import { tf } from '../tensorflow';
import {
  availableEngine,
  availablePrecision,
  type CompiledFunction,
  compileForward,
  type EngineChoice,
  isOptional,
  type Precision,
} from '../tensorflow/graph';
import { pictureBytes, pictureTensor } from './pictureTensor';

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

/** A network of pictures. */
interface Network extends Pick<Backbone, 'entry' | 'model'> {
  /** a model of its output, whose own output is the result. Default: none */
  head?: tf.LayersModel | undefined;
}

/** Computes a network for decoded pictures: as a compiled graph when there are many, else operation by operation. */
export class PictureNetwork {
  /** number format of the computation */
  readonly precision: Precision;
  private compiled: CompiledFunction<[tf.Tensor], tf.Tensor> | undefined;
  private expected = 0;

  /**
   * @param pictures the expected number of pictures
   * @param onMessage receives a message when no graph, or not the requested precision, is possible
   * @param precision bfloat16 always uses a graph
   * @param engine what computes the graph; other engines than TensorFlow always use one
   * @throws {UserError} when the engine is not installed
   */
  constructor(
    private readonly network: Network,
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
    const { precision } = this;
    const available = availableEngine(engine, precision);
    if (available !== this.engine) this.dispose();
    this.engine = available;
    if (pictures > 0) this.expected += Math.max(pictures, PICTURES_OF_CALL);
    const few = this.expected < PICTURES_FOR_GRAPH && precision === 'float32' && !isOptional(available);
    if (this.compiled || few) return;
    this.compiled = this.compile();
  }

  /** TensorFlow computes all in one graph; that of another engine is the network alone, so that one measurement serves every head. */
  private compile(): CompiledFunction<[tf.Tensor], tf.Tensor> {
    const { precision, engine, onMessage: onFallback } = this;
    const { model, head, entry } = this.network;
    const prepare = (pixels: tf.Tensor) => preprocess(pixels as tf.Tensor4D, entry.preprocessing);
    return compileForward(model, { precision, engine, onFallback, ...(engine === 'tensorflow' && { prepare, head }) });
  }

  /** Compute pictures: [batch] of [size, size, 3] bytes to [batch x outputs]. */
  run(pictures: readonly Uint8Array[]): Float32Array {
    const { compiled, network } = this;
    if (!compiled) return forward(network, pictures);
    const { preprocessing } = network.entry;
    return tf.tidy(() => {
      if (this.engine === 'tensorflow') return compiled.call(pictureBytes(pictures, preprocessing)).dataSync();
      const outputs = compiled.call(pictureTensor(pictures, preprocessing));
      return withHead(network, outputs).dataSync();
    }) as Float32Array;
  }

  dispose(): void {
    this.compiled?.dispose();
    this.compiled = undefined;
  }
}

const withHead = ({ head }: Network, outputs: tf.Tensor) =>
  head ? (head.predictOnBatch(outputs) as tf.Tensor) : outputs;

/** One forward pass over decoded pictures, operation by operation: [batch] of [size, size, 3] bytes to [batch x outputs]. */
export function forward(network: Network, pictures: readonly Uint8Array[]): Float32Array {
  return tf.tidy(() => {
    const outputs = network.model.predictOnBatch(pictureTensor(pictures, network.entry.preprocessing)) as tf.Tensor;
    return withHead(network, outputs).dataSync() as Float32Array;
  });
}
