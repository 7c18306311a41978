import { attribute } from './backend';
import { appendOp, type RecordedOp, type Recording, replaceSources, type Source } from './recording';
import { addConstant, constantOf } from './rewrite';

const CONVOLUTIONS = ['Conv2D', 'DepthwiseConv2dNative'];

/**
 * Fold each batch normalization in inference mode into the convolution before it (Jacob et al. 2018, section 3.2): with
 * factor = scale / sqrt(variance + epsilon), the filter is multiplied by it channel by channel, and what remains is a
 * bias of offset - mean * factor. A bias between the two is folded as well. So is a factor of each channel alone, as ConvNeXt has it
 * (LayerScale, Touvron et al. 2021), a depthwise convolution of one pixel.
 *
 * Only constants can be folded, and only where the output of the convolution has no other use.
 *
 * @returns how many were folded
 */
export function foldBatchNormalization(recording: Recording): number {
  const uses = countUses(recording);
  const folded = new Map<RecordedOp, Source>();
  for (const normalization of [...recording.ops]) {
    const bias = fold(recording, normalization, uses);
    if (bias) folded.set(normalization, bias);
  }
  // The other outputs of FusedBatchNorm are those of training: nothing reads them.
  replaceSources(recording, (source) => (source.kind === 'op' && folded.get(source.op)) || source);
  return folded.size;
}

/** What an operation makes of each channel: x * factor + offset; undefined if it does anything else. */
function ofEachChannel(op: RecordedOp): { factor: Float32Array; offset: Float32Array } | undefined {
  const attributeOf = (wanted: string) => op.attributes.find(({ name }) => name === wanted)?.value;
  const [first, offset, mean, variance] = op.inputs.slice(1).map(constantOf);
  if (op.type === 'FusedBatchNorm' || op.type === 'FusedBatchNormV3') {
    if (attributeOf('is_training') !== false || !first || !offset || !mean || !variance) return undefined;
    const epsilon = attributeOf('epsilon') as number;
    const factor = first.map((value, i) => value / Math.sqrt(variance[i]! + epsilon));
    return { factor, offset: offset.map((value, i) => value - mean[i]! * factor[i]!) };
  }
  // a filter [1, 1, channels, 1] without stride: as many numbers as channels, and pictures of the same size
  const [, height, width, channels] = op.outputs[0]!.shape;
  const before = op.inputs[0]?.kind === 'op' ? op.inputs[0].op.outputs[0]!.shape : [];
  if (op.type !== 'DepthwiseConv2dNative' || first?.length !== channels) return undefined;
  if (!first || before[1] !== height || before[2] !== width || before[3] !== channels) return undefined;
  return { factor: first, offset: new Float32Array(first.length) };
}

function fold(recording: Recording, normalization: RecordedOp, uses: Map<RecordedOp, number>): Source | undefined {
  const effect = ofEachChannel(normalization);
  if (!effect) return undefined;
  const { factor, offset } = effect;
  const [input] = normalization.inputs;
  const only = (source: Source | undefined) =>
    source?.kind === 'op' && uses.get(source.op) === 1 ? source.op : undefined;

  let before = only(input);
  let bias: Float32Array | undefined;
  if (before?.type === 'BiasAdd') {
    bias = constantOf(before.inputs[1]);
    if (!bias) return undefined;
    before = only(before.inputs[0]);
  }
  const filter = constantOf(before?.inputs[1]);
  if (!before || !CONVOLUTIONS.includes(before.type) || !filter) return undefined;

  const channels = factor.length;
  // A depthwise filter [height, width, channels, multiplier] has its output channels in the last two dimensions together.
  const filterType = (before.inputs[1] as Extract<Source, { kind: 'op' }>).op.outputs[0]!;
  const newFilter = filter.map((value, i) => value * factor[i % channels]!);
  const newBias = offset.map((value, i) => value + (bias?.[i] ?? 0) * factor[i]!);

  const convolution = appendOp(
    recording,
    { ...before, inputs: [before.inputs[0]!, addConstant(recording, filterType, newFilter)] },
    before.outputs[0]!,
  );
  const constant = addConstant(recording, { dtype: filterType.dtype, shape: [channels] }, newBias);
  const attributes = [attribute.string('data_format', 'NHWC')];
  return appendOp(
    recording,
    { type: 'BiasAdd', attributes, inputs: [convolution, constant] },
    normalization.outputs[0]!,
  );
}

/** How often the results of each operation are read. */
export function countUses(recording: Recording): Map<RecordedOp, number> {
  const uses = new Map<RecordedOp, number>();
  const sources = [
    ...recording.ops.flatMap((op) => op.inputs),
    ...recording.outputs,
    ...recording.updates.map(({ source }) => source),
  ];
  for (const source of sources) if (source.kind === 'op') uses.set(source.op, (uses.get(source.op) ?? 0) + 1);
  return uses;
}
