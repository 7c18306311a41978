import { checkNumber, withDefaults } from '../options';
import { tf } from '../tensorflow';

/** One stage: repeats of the same inverted-residual block (Sandler et al. 2018, MobileNetV2). */
interface Stage {
  repeats: number;
  kernel: number;
  stride: number;
  expansion: number;
  filters: number;
}

const STAGES: readonly Stage[] = [
  { repeats: 1, kernel: 3, stride: 1, expansion: 1, filters: 16 },
  { repeats: 2, kernel: 3, stride: 2, expansion: 6, filters: 24 },
  { repeats: 2, kernel: 5, stride: 2, expansion: 6, filters: 40 },
  { repeats: 3, kernel: 3, stride: 2, expansion: 6, filters: 80 },
  { repeats: 3, kernel: 5, stride: 1, expansion: 6, filters: 112 },
  { repeats: 4, kernel: 5, stride: 2, expansion: 6, filters: 192 },
  { repeats: 1, kernel: 3, stride: 1, expansion: 6, filters: 320 },
];

export interface EfficientNetLiteOptions {
  /** side of the square input in pixels, at least 32 */
  inputSize?: number;
  /** keep the ImageNet classifier; without it the model ends in pooled features */
  includeTop?: boolean;
}

/**
 * EfficientNet-Lite0 (Tan and Le 2019; the Lite variants drop squeeze-and-excite and use ReLU6).
 *
 * Input [batch, size, size, 3], preprocessed; output [batch, 1000] logits with the top, [batch, 1280] features without.
 * All weights are zero: loading overwrites every one, so none is drawn at random.
 */
export function buildEfficientNetLite0(options?: EfficientNetLiteOptions): tf.LayersModel {
  const { inputSize, includeTop } = withDefaults('buildEfficientNetLite0', options, {
    inputSize: 224,
    includeTop: true,
  });
  checkNumber('inputSize', inputSize, { min: 32, integer: true });
  const input = tf.input({ shape: [inputSize, inputSize, 3], name: 'input' });
  let x = convolution(input, { name: 'stem', filters: 32, kernel: 3, stride: 2 });
  let filters = 32;
  STAGES.forEach((stage, stageIndex) => {
    for (let repeat = 0; repeat < stage.repeats; repeat++) {
      const name = `block${stageIndex + 1}${String.fromCharCode(97 + repeat)}`; // block1a, block2a, block2b, ...
      x = invertedResidual(x, { name, inputFilters: filters, stride: repeat === 0 ? stage.stride : 1, stage });
      filters = stage.filters;
    }
  });
  x = convolution(x, { name: 'top', filters: 1280, kernel: 1, stride: 1 });
  x = tf.layers.globalAveragePooling2d({ name: 'avg_pool' }).apply(x) as tf.SymbolicTensor;
  if (includeTop) {
    const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;
    x = tf.layers.dense({ name: 'predictions', units: 1000, ...zeros }).apply(x) as tf.SymbolicTensor;
  }
  return tf.model({ inputs: input, outputs: x, name: 'efficientnet-lite0' });
}

function invertedResidual(
  input: tf.SymbolicTensor,
  { name, inputFilters, stride, stage }: { name: string; inputFilters: number; stride: number; stage: Stage },
): tf.SymbolicTensor {
  let x = input;
  if (stage.expansion !== 1) {
    x = convolution(x, { name: `${name}_expand`, filters: inputFilters * stage.expansion, kernel: 1, stride: 1 });
  }
  const depthwise = tf.layers.depthwiseConv2d({
    name: `${name}_dwconv`,
    kernelSize: stage.kernel,
    strides: stride,
    padding: 'same',
    useBias: false,
    depthwiseInitializer: 'zeros',
  });
  x = normalized(depthwise.apply(x) as tf.SymbolicTensor, name);
  x = activated(x, name);
  x = convolution(x, { name: `${name}_project`, filters: stage.filters, kernel: 1, stride: 1, activate: false });
  if (stride !== 1 || inputFilters !== stage.filters) return x;
  return tf.layers.add({ name: `${name}_add` }).apply([x, input]) as tf.SymbolicTensor;
}

interface Convolution {
  name: string;
  filters: number;
  kernel: number;
  stride: number;
  activate?: boolean;
}

/** Convolution without bias, batch normalization and, unless told otherwise, ReLU6. */
function convolution(input: tf.SymbolicTensor, { name, filters, kernel, stride, activate = true }: Convolution) {
  const layer = tf.layers.conv2d({
    name: `${name}_conv`,
    filters,
    kernelSize: kernel,
    strides: stride,
    padding: 'same', // TensorFlow's: at stride 2 one more pixel at the end than at the start, as the weights expect
    useBias: false,
    kernelInitializer: 'zeros',
  });
  const x = normalized(layer.apply(input) as tf.SymbolicTensor, name);
  return activate ? activated(x, name) : x;
}

const normalized = (x: tf.SymbolicTensor, name: string) =>
  tf.layers.batchNormalization({ name: `${name}_bn`, epsilon: 1e-3, momentum: 0.99 }).apply(x) as tf.SymbolicTensor;

const activated = (x: tf.SymbolicTensor, name: string) =>
  tf.layers.reLU({ name: `${name}_activation`, maxValue: 6 }).apply(x) as tf.SymbolicTensor;

/** The blocks in order from the picture to the features: what freezing and layer groups speak of. */
export function efficientNetLiteBlocks(): string[] {
  const blocks = STAGES.flatMap(({ repeats }, stage) =>
    Array.from({ length: repeats }, (_, repeat) => `block${stage + 1}${String.fromCharCode(97 + repeat)}`),
  );
  return ['stem', ...blocks, 'top'];
}
