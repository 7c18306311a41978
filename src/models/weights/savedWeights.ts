import type { NamedArray } from './safetensors';

/** A layer as a file knows it, with its weights in the order in which the layer has them. */
export interface SavedLayer {
  name: string;
  weights: NamedArray[];
}

/** What was read from a file of weights, whatever its format. */
export type SavedWeights =
  /** Keras's legacy .h5: the layers that have weights, in the model's order */
  | { kind: 'ordered'; layers: SavedLayer[] }
  /** Keras 3's .weights.h5 and .keras: layers called by their class and a count, 'conv2d', 'conv2d_1', ... */
  | { kind: 'counted'; layers: SavedLayer[] }
  /** arrays called 'layer/weight', as this project and TensorFlow.js write them */
  | { kind: 'named'; arrays: Map<string, NamedArray> }
  /** a state dictionary of torch: its names and its layouts */
  | { kind: 'torch'; arrays: Map<string, NamedArray> };

/** Files of more bytes are refused: no backbone here comes near, and Node reads no more at once. */
export const LARGEST_FILE = 2 ** 31 - 1;

/**
 * Bytes that all arrays of a file together may have, as float32, whatever else is allowed: weights hardly compress, and 8-bit
 * numbers take a quarter of the room of a float32. A file that says it unpacks to far more is taken for a zip bomb.
 *
 * @param size bytes of the file
 */
export const mostUnpacked = (size: number): number => 16 * size + 2 ** 20;
