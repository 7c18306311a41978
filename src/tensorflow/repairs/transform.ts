import * as tf from '#tfjs';

interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_ATTR_STRING: number; TF_FLOAT: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.TensorInfo[]): tf.Tensor;
}

interface TransformAttributes {
  interpolation: 'nearest' | 'bilinear';
  fillMode: 'constant' | 'reflect' | 'wrap' | 'nearest';
  fillValue: number;
  outputShape?: [number, number];
}

/**
 * Give this backend the kernel under `tf.image.transform` that tfjs-node 4.22 lacks, over TensorFlow's own
 * `ImageProjectiveTransformV3`. Shapes: image [batch, height, width, channels], transforms [batch or 1, 8].
 */
export function registerTransformKernel(): void {
  if (tf.getKernel('Transform', 'tensorflow')) return;
  tf.registerKernel({
    kernelName: 'Transform',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const native = backend as unknown as NativeBackend;
      const { interpolation, fillMode, fillValue, outputShape } = attrs as unknown as TransformAttributes;
      const image = inputs.image as tf.Tensor4D;
      const [height, width] = outputShape ?? [image.shape[1], image.shape[2]];
      const size = tf.tensor1d([height, width], 'int32');
      const fill = tf.scalar(fillValue);
      const { TF_ATTR_TYPE, TF_ATTR_STRING, TF_FLOAT } = native.binding;
      const attributes = [
        { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'interpolation', type: TF_ATTR_STRING, value: interpolation.toUpperCase() },
        { name: 'fill_mode', type: TF_ATTR_STRING, value: fillMode.toUpperCase() },
      ];
      const result = native.executeSingleOutput('ImageProjectiveTransformV3', attributes, [
        image,
        inputs.transforms as tf.Tensor2D,
        size,
        fill,
      ]);
      size.dispose();
      fill.dispose();
      return result;
    },
  });
}
