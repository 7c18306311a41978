import { ADAM_STEP } from './adamStep';
import { inOrder, isLarge, neededOps, type RecordedOp, type Recording, type Source } from './recording';

/**
 * The operations of a training step's way back that could be computed on the way there, as they only need its results, such as the
 * derivative of an activation; and for each of them an operation of the way back that the function computed just before it. TensorFlow
 * computes what it can: without waiting, it would keep all of these derivatives until they are needed.
 */
export function waitingOps(recording: Recording): Map<RecordedOp, RecordedOp> {
  const waits = new Map<RecordedOp, RecordedOp>();
  const wayThere = new Set(neededOps({ ...recording, updates: [] }));
  const isBack = (source: Source) => source.kind === 'op' && source.op.type !== 'Const' && !wayThere.has(source.op);
  let latest: RecordedOp | undefined;
  // each after what it takes from, so that none can wait for what comes from itself
  for (const op of inOrder({ ops: neededOps(recording) })) {
    if (op.type === 'Const' || wayThere.has(op)) continue;
    if (!op.inputs.some(isBack)) {
      if (latest && isLarge(op.outputs[0]!)) waits.set(op, latest);
    } else if (op.type !== ADAM_STEP) latest = op;
  }
  return waits;
}
