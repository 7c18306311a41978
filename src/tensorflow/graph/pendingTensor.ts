import { nodeBackend, tf } from './backend';

/** Data of tensors that is not in TensorFlow yet, with the function that brings it there. */
const pending = new WeakMap<object, () => number>();

/** Whether the data belongs to a tensor of `pendingTensor` and has not been made yet. */
export const isPending = (dataId: object): boolean => pending.has(dataId);

/**
 * A tensor whose data is computed when it is first read, and never if the tensor is disposed before that.
 *
 * @param dtype TensorFlow's number of the data type; float only
 * @param make computes the data and returns its id in TensorFlow
 */
export function pendingTensor(shape: readonly number[], dtype: number, make: () => number): tf.Tensor {
  const backend = nodeBackend();
  disposePendingData();
  const dataId = {};
  pending.set(dataId, make);
  const data = { shape, dtype, values: null, refCount: 1 };
  Object.defineProperty(data, 'id', { configurable: true, enumerable: true, get: () => materialize(dataId) });
  backend.tensorMap.set(dataId, data as unknown as { id: number } & typeof data);
  const engine = tf.engine() as unknown as { makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor };
  return engine.makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype: 'float32' });
}

/** Compute the data of a pending tensor now. @returns its id in TensorFlow */
export function materialize(dataId: object): number {
  const make = pending.get(dataId)!;
  const id = make();
  setId(dataId, id);
  return id;
}

/** Give pending data the id of a tensor that was computed together with another one. @returns whether it was still pending */
export function fulfill(dataId: object, id: number): boolean {
  if (!isPending(dataId)) return false;
  setId(dataId, id);
  return true;
}

function setId(dataId: object, id: number): void {
  pending.delete(dataId);
  const property = { configurable: true, enumerable: true, writable: true, value: id };
  Object.defineProperty(nodeBackend().tensorMap.get(dataId), 'id', property);
}

const patched = new WeakSet<object>();

/** Disposing in tfjs reads the id of the data, which would compute it: pending data is disposed without that. */
function disposePendingData(): void {
  const backend = nodeBackend();
  if (patched.has(backend)) return;
  patched.add(backend);
  const original = backend.disposeData;
  backend.disposeData = (dataId, force = false) => {
    if (isPending(dataId)) {
      const data = backend.tensorMap.get(dataId);
      if (!force && data.refCount > 1) {
        data.refCount--;
        return false;
      }
      setId(dataId, -1);
    }
    return original.call(backend, dataId, force);
  };
}
