import { tf } from '../tensorflow';

interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.TensorInfo[]): tf.Tensor;
}

/**
 * Run an operation of the TensorFlow library that TensorFlow.js does not offer.
 *
 * @param types the attributes that are types; `T` is float32 by default
 */
export function runNative(name: string, types: Record<string, 'int32' | 'float32'>, inputs: tf.Tensor[]): tf.Tensor {
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const int32 = 3; // DT_INT32 of TensorFlow's types.proto
  const attributes = Object.entries({ T: 'float32', ...types }).map(([key, type]) => ({
    name: key,
    type: TF_ATTR_TYPE,
    value: type === 'int32' ? int32 : TF_FLOAT,
  }));
  return backend.executeSingleOutput(name, attributes, inputs);
}
