import { fits } from '../../../data';
import { backboneNames, checkBackbone, INPUT_SIZE, poolings } from '../../../models';
import { engines, precisions } from '../../../tensorflow/graph';
import { batchNormalizationModes, weightSources } from '../choices';
import type { Rows } from '../setting';

/** The settings of the network: which backbone, how pictures get into it, and how its frozen layers compute. */
export const networkRows: Rows<
  'backbone' | 'weights' | 'inputSize' | 'fit' | 'pooling' | 'batchNormalization' | 'precision' | 'engine'
> = {
  backbone: {
    choices: backboneNames,
    noun: 'backbone',
    default: 'efficientnet-lite0',
    sentence:
      "The pre-trained network: a name, hf://OWNER/MODEL on Hugging Face's hub, or an architecture with weights of your own.",
    other: checkBackbone,
    chapter: '01-choose-a-model',
    value: 'name',
  },
  weights: {
    choices: () => weightSources,
    noun: 'source of weights',
    plural: 'sources',
    default: 'imagenet',
    sentence: 'What the weights of the backbone start as: trained on ImageNet, or random.',
    chapter: '01-choose-a-model',
    value: 'source',
  },
  inputSize: {
    ...INPUT_SIZE,
    integer: true,
    zero: 'the size that the weights were trained at',
    default: 0,
    sentence: 'The side of the square that pictures are resized to, in pixels.',
    chapter: '01-choose-a-model',
    value: 'pixels',
  },
  fit: {
    choices: () => fits,
    noun: 'fit',
    plural: 'ways',
    default: 'crop',
    sentence:
      'How pictures become square: crop their centre, stretch them, or pad them with black borders so that all of them is seen.',
    chapter: '01-choose-a-model',
    value: 'how',
  },
  pooling: {
    choices: () => poolings,
    noun: 'pooling',
    plural: 'ways',
    default: 'average',
    sentence:
      'What the head gets of each channel of the feature maps: the average, the maximum, both (twice as many features), or the generalized mean.',
    chapter: '02-freeze-and-train-the-top',
    value: 'how',
  },
  batchNormalization: {
    choices: () => batchNormalizationModes,
    noun: 'mode of batch normalization',
    plural: 'modes',
    default: 'inference',
    sentence:
      'How batch normalization runs in blocks that train: with the statistics of its pre-training, or with those of each batch.',
    chapter: '02-freeze-and-train-the-top',
    value: 'mode',
  },
  precision: {
    choices: () => precisions,
    noun: 'precision',
    default: 'float32',
    sentence:
      'The numbers that frozen layers compute with: bfloat16 is up to twice as fast, and less exact; where the processor gains nothing by it, it is float32.',
    chapter: '02-freeze-and-train-the-top',
    value: 'name',
  },
  engine: {
    choices: () => engines,
    noun: 'engine',
    default: 'tensorflow',
    sentence:
      'What computes frozen layers: TensorFlow, ONNX Runtime or OpenVINO where they are set up, or with auto the fastest of them, measured once for each network.',
    chapter: '02-freeze-and-train-the-top',
    value: 'name',
  },
};
