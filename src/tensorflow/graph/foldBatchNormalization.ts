import { attribute } from './backend';
import { appendOp, type RecordedOp, type Recording, replaceSources, type Source } from './recording';
import { addConstant, constantOf } from './rewrite';

const CONVOLUTIONS = ['Conv2D', 'DepthwiseConv2dNative'];

/**
 * Fold each batch normalization in inference mode into the convolution before it (Jacob et al. 2018, section 3.2): with
 * factor = scale / sqrt(variance + epsilon), the filter is multiplied by it channel by channel, and what remains is a
 * bias of offset - mean * factor. A bias between the two is folded as well.
 *
 * Only constants can be folded, and only where the output of the convolution has no other use.
 *
 * @returns how many were folded
 */
export function foldBatchNormalization(recording: Recording): number {
  const uses = countUses(recording);
  const folded = new Map<RecordedOp, Source>();
  for (const normalization of [...recording.ops]) {
    if (normalization.type !== 'FusedBatchNorm' && normalization.type !== 'FusedBatchNormV3') continue;
    const bias = fold(recording, normalization, uses);
    if (bias) folded.set(normalization, bias);
  }
  // The other outputs of FusedBatchNorm are those of training: nothing reads them.
  replaceSources(recording, (source) => (source.kind === 'op' && folded.get(source.op)) || source);
  return folded.size;
}

function fold(recording: Recording, normalization: RecordedOp, uses: Map<RecordedOp, number>): Source | undefined {
  const [input, ...statistics] = normalization.inputs;
  const [scale, offset, mean, variance] = statistics.map(constantOf);
  const isTraining = normalization.attributes.find(({ name }) => name === 'is_training')?.value;
  if (isTraining !== false || !scale || !offset || !mean || !variance) return undefined;
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

  const epsilon = normalization.attributes.find(({ name }) => name === 'epsilon')!.value as number;
  const channels = scale.length;
  const factor = scale.map((value, i) => value / Math.sqrt(variance[i]! + epsilon));
  // A depthwise filter [height, width, channels, multiplier] has its output channels in the last two dimensions together.
  const filterType = (before.inputs[1] as Extract<Source, { kind: 'op' }>).op.outputs[0]!;
  const newFilter = filter.map((value, i) => value * factor[i % channels]!);
  const newBias = offset.map((value, i) => value + ((bias?.[i] ?? 0) - mean[i]!) * factor[i]!);

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
