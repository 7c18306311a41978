/*
 * The types of what '#tfjs' exports, see tfjs.ts. They come from the packages that TensorFlow.js consists of, not from tfjs-node, which
 * projects that install tunebook do not have as a package. Nothing loads this file: it is imported for its types only.
 */
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'; // methods of tensors, such as tensor.add()
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

export * from '@tensorflow/tfjs-backend-cpu';
export * from '@tensorflow/tfjs-converter';
export * from '@tensorflow/tfjs-core';
export * as data from '@tensorflow/tfjs-data';
export * from '@tensorflow/tfjs-layers';

/** What tfjs-node adds: TensorFlow's own decoders and encoders of pictures. */
interface NodeFunctions {
  decodeImage(content: Uint8Array, channels?: number, dtype?: string, expandAnimations?: boolean): Tensor3D | Tensor4D;
  decodeBmp(content: Uint8Array, channels?: number): Tensor3D;
  decodeGif(content: Uint8Array): Tensor4D;
  decodeJpeg(content: Uint8Array, channels?: number, ratio?: number): Tensor3D;
  decodePng(content: Uint8Array, channels?: number, dtype?: string): Tensor3D;
  encodeJpeg(image: Tensor3D, format?: '' | 'grayscale' | 'rgb', quality?: number): Promise<Uint8Array>;
  encodePng(image: Tensor3D, compression?: number): Promise<Uint8Array>;
}
export declare const node: NodeFunctions;

/** Versions of TensorFlow.js (`tfjs`) and of its packages, such as `tfjs-core`. */
export declare const version: Readonly<Record<string, string>>;
