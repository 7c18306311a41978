import type { NamedArray } from './safetensors';

/** A layer in a Keras file. */
export interface SavedLayer {
  /** Name of the layer in the file. */
  name: string;
  /** What the model that was saved called it, where the file says so beside the name. */
  title?: string;
  /** Path of the model in the file that it is a layer of: a model can be a layer of another. */
  within?: string;
  /** Its weights, in the order of the layer. */
  weights: NamedArray[];
}

/** What `models.readWeights` read, by format of the file. */
export type SavedWeights =
  | {
      /** Legacy `.h5` of Keras: the order of the layers is that of the model. */
      kind: 'ordered';
      /** The layers that have weights. */
      layers: SavedLayer[];
    }
  | {
      /** `.weights.h5` and `.keras` of Keras 3: layers are named by class and number, 'conv2d', 'conv2d_1', ... */
      kind: 'counted';
      /** The layers that have weights. */
      layers: SavedLayer[];
    }
  | {
      /** Arrays by 'layer/weight', as this package and TensorFlow.js write them. */
      kind: 'named';
      /** The arrays by name. */
      arrays: Map<string, NamedArray>;
      /** Whether they are known to be of the network: what is left over then belongs to its classifier. Default: false. */
      known?: boolean;
    }
  | {
      /** A state dictionary of PyTorch, with its names and memory layouts. */
      kind: 'torch';
      /** The arrays by name. */
      arrays: Map<string, NamedArray>;
    };

/** Largest weights file in bytes: Node reads no more at once, and no backbone comes near. */
export const LARGEST_FILE = 2 ** 31 - 1;

/**
 * Largest plausible size of all arrays of a file together, as float32, in bytes: weights hardly compress, and an 8-bit number
 * takes a quarter of the space of a float32. A file that claims far more is taken for a decompression bomb.
 *
 * @param size of the file in bytes
 */
export const mostUnpacked = (size: number): number => 16 * size + 2 ** 20;
