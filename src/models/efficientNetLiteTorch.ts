import { UserError } from '../core/errors';
import { efficientNetLiteBlocks } from './architectures/efficientNetLiteBlocks';
import type { NamedArray } from './weights/safetensors';

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
 * @param variant 0 for Lite0 and so on
 * @throws {UserError} that names the first tensor that is missing, or one that nothing asked for
 */
export function convertEfficientNetLiteNames(
  variant: number,
  torch: ReadonlyMap<string, NamedArray>,
): Map<string, NamedArray> {
  const result = new Map<string, NamedArray>();
  const used = new Set<string>();
  const take = (name: string): NamedArray => {
    const array = torch.get(name);
    if (!array) throw new UserError(`the torch file has no tensor '${name}': it is no EfficientNet-Lite${variant}`);
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

  const blocks = efficientNetLiteBlocks(variant);
  convolution('stem', '_conv_stem', '_bn0');
  blocks.slice(1, -1).forEach((block, index) => {
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
  if (left.length > 0)
    throw new UserError(`the torch file has a tensor '${left[0]}' that EfficientNet-Lite${variant} does not have`);
  return result;
}

/** Reorder the axes of a dense array: axis i of the result is axis `order[i]` of the input. */
export function permute({ shape, data }: NamedArray, order: readonly number[]): NamedArray {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const outShape = order.map((axis) => shape[axis]!);
  const outStrides = order.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  const index = new Array<number>(order.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      from += outStrides[axis]!;
      if (++index[axis]! < outShape[axis]!) break;
      from -= outStrides[axis]! * outShape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: outShape, data: out };
}
