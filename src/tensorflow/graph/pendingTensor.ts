import { nodeBackend, tf } from './backend';

/** Tensors whose data has not been handed to TensorFlow yet, with the function that hands it over. */
const pending = new WeakMap<object, () => number>();

/** Whether the data belongs to a tensor of `pendingTensor` and has not been made yet. */
export const isPending = (dataId: object): boolean => pending.has(dataId);

/**
 * A tensor whose data is made when somebody first asks for it, and never if it is disposed of before.
 *
 * @param dtype TensorFlow's number of the type; float only
 * @param make gives the id of the data in TensorFlow
 */
export function pendingTensor(shape: readonly number[], dtype: number, make: () => number): tf.Tensor {
  const backend = nodeBackend();
  letPendingDataGo();
  const dataId = {};
  pending.set(dataId, make);
  const data = { shape, dtype, values: null, refCount: 1 };
  Object.defineProperty(data, 'id', { configurable: true, enumerable: true, get: () => settle(dataId) });
  backend.tensorMap.set(dataId, data as unknown as { id: number } & typeof data);
  const engine = tf.engine() as unknown as { makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor };
  return engine.makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype: 'float32' });
}

/** Make the data of a pending tensor now. @returns its id in TensorFlow */
export function settle(dataId: object): number {
  const make = pending.get(dataId)!;
  const id = make();
  setId(dataId, id);
  return id;
}

function setId(dataId: object, id: number): void {
  pending.delete(dataId);
  const settled = { configurable: true, enumerable: true, writable: true, value: id };
  Object.defineProperty(nodeBackend().tensorMap.get(dataId), 'id', settled);
}

const letting = new WeakSet<object>();

/** tfjs asks for the id of what it disposes of, which would make the data first. */
function letPendingDataGo(): void {
  const backend = nodeBackend();
  if (letting.has(backend)) return;
  letting.add(backend);
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
