import type { AugmentationName } from '../../augment';
import type { Fit } from '../../data';
import type { BackboneSource, Pooling } from '../../models';
import type { EngineChoice, Precision } from '../../tensorflow/graph';
import type { OptimizerName } from '../optimizers';
import type { ScheduleName } from '../schedules';
import type { Variant } from '../variants';
import type {
  BatchNormalizationMode,
  ClassWeighting,
  HeadName,
  InterpolationName,
  MixingName,
  Monitor,
  RecipeName,
  WeightSource,
} from './choices';

/**
 * The settings of a training: with the pictures, all that is needed to repeat it. The comments say what `settingsTable` says:
 * a test compares them.
 */
export interface TrainSettings {
  /** How many times training goes through the training pictures. A whole number from 1 to 1000000. Default: 20. */
  epochs: number;
  /** How many pictures each training step takes. A whole number from 1 to 1000000. Default: 32. */
  batchSize: number;
  /**
   * The part of each class that is held out for validation, where the data do not say which pictures are. A number from
   * 0.01 to 0.99. Default: 0.25.
   */
  validation: number;
  /**
   * Decides the split, the first weights of the head, the order of the pictures and all that is random in training. A
   * whole number of 0 or more. Default: 0.
   */
  seed: number;
  /**
   * The pre-trained network: a name, hf://OWNER/MODEL on Hugging Face's hub, or an architecture with weights of your
   * own. Default: 'efficientnet-lite0'.
   */
  backbone: BackboneSource;
  /** What the weights of the backbone start as: trained on ImageNet, or random. Default: 'imagenet'. */
  weights: WeightSource;
  /**
   * The side of the square that pictures are resized to, in pixels. 0, or a whole number from 32 to 4096. 0: the size
   * that the weights were trained at. Default: 0.
   */
  inputSize: number;
  /**
   * How pictures become square: crop their centre, stretch them, or pad them with black borders so that all of them is
   * seen. Default: 'crop'.
   */
  fit: Fit;
  /**
   * What the head gets of each channel of the feature maps: the average, the maximum, both (twice as many features), or
   * the generalized mean. Default: 'average'.
   */
  pooling: Pooling;
  /**
   * How batch normalization runs in blocks that train: with the statistics of its pre-training, or with those of each
   * batch. Default: 'inference'.
   */
  batchNormalization: BatchNormalizationMode;
  /**
   * The numbers that frozen layers compute with: bfloat16 is up to twice as fast, and less exact; where the processor
   * gains nothing by it, it is float32. Default: 'float32'.
   */
  precision: Precision;
  /**
   * What computes frozen layers: TensorFlow, ONNX Runtime or OpenVINO where they are set up, or with auto the fastest
   * of them, measured once for each network. Default: 'tensorflow'.
   */
  engine: EngineChoice;
  /** The preset that changes training pictures at random in ways that keep what they show. Default: 'none'. */
  augment: AugmentationName;
  /**
   * How many augmented views of each training picture are made for frozen layers; without frozen layers each epoch
   * makes new ones. A whole number from 1 to 1000. Default: 4.
   */
  views: number;
  /**
   * Whether the training pictures of a batch (where layers are frozen: their outputs) are mixed in pairs, and their
   * labels with them: blended by mixup, or with a box of the other picture by cutmix. Default: 'none'.
   */
  mixing: MixingName;
  /**
   * The new layers on top of the backbone: one dense layer, or a hidden layer of 256 units with ReLU before it, both
   * with dropout; or one dense layer that is logistic regression, computed exactly, with an L2 penalty that folds of
   * the training pictures choose. Default: 'linear'.
   */
  head: HeadName;
  /**
   * The part of the features that the head drops at random in each training step. A number from 0 to 0.99. Default:
   * 0.2.
   */
  dropout: number;
  /** The factor of the L2 penalty on the hidden layer of the dense head. A number of 0 or more. Default: 0.01. */
  l2: number;
  /** The weight decay of the optimizer adamw; the other optimizers have none. A number of 0 or more. Default: 0.004. */
  weightDecay: number;
  /** The part of each label that is spread evenly over all classes. A number from 0 to 0.99. Default: 0. */
  labelSmoothing: number;
  /**
   * Whether rare classes count more in the training loss, so that all classes count the same in sum. Default: 'none'.
   */
  classWeights: ClassWeighting;
  /**
   * After how many epochs without a better validation loss (or what monitor says) training ends, with the weights of
   * its best epoch. A number of 0 or more. 0: training never ends early. Default: 0.
   */
  patience: number;
  /**
   * Whether the final weights are those after fine-tuning, or those on the way from the frozen backbone that suit the
   * validation pictures best. Default: 'none'.
   */
  interpolation: InterpolationName;
  /** The learning rate of the head. A number of 0 or more. Default: 0.003. */
  learningRate: number;
  /**
   * The learning rate of the highest block of the backbone that trains. A number of 0 or more. 0: with a recipe, what
   * suits the pictures by how much they look like those that it was trained on; without, it stays as it is. Default:
   * 0.0001.
   */
  backboneLearningRate: number;
  /**
   * The factor between the learning rate of each block of the backbone and that of the block above it. A number from 0
   * to 1. Default: 1.
   */
  layerDecay: number;
  /** The method that changes the weights along their gradients. Default: 'adam'. */
  optimizer: OptimizerName;
  /** How the learning rates change during training. Default: 'constant'. */
  schedule: ScheduleName;
  /** Over how many epochs the learning rates rise from 0 at the beginning. A number of 0 or more. Default: 0. */
  warmUp: number;
  /** The upper bound on the norm of all gradients together. A number of 0 or more. 0: no bound. Default: 0. */
  clip: number;
  /**
   * The part of the training that a moving average of the weights reaches back over, such as 0.1; the model ends with
   * the average. A number from 0 to 1. 0: no average. Default: 0.
   */
  averaging: number;
  /**
   * The part of each class that is put aside as test pictures, where the data do not say which are: they are evaluated
   * once, after training. A number from 0 to 0.9. 0: none beside those that the data name. Default: 0.
   */
  test: number;
  /** The measure of the validation pictures by which patience chooses the best epoch. Default: 'loss'. */
  monitor: Monitor;
  /**
   * Whether settings that are not given suit the variant and the number of pictures, or have the defaults of this
   * table. Default: 'standard'.
   */
  recipe: RecipeName;
  /** The way of transfer: how much of the backbone trains, and when. Default: 'feature-extraction'. */
  variant: Variant;
  /**
   * How many of the last blocks of the backbone hybrid and two-phase train. 0, or a whole number from 1 to 1000000. 0:
   * a third of them. Default: 3.
   */
  blocks: number;
  /**
   * In how many of the epochs only the head trains, at the beginning. 0, or a whole number from 1 to 1000000. 0: the
   * head never trains alone. Default: 0.
   */
  headEpochs: number;
  /**
   * In how many steps two-phase goes from the highest to the lowest of its blocks. A whole number from 1 to 1000000.
   * Default: 2.
   */
  stages: number;
}
