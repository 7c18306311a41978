import { elements } from '../../core/elements';
import { UserError } from '../../core/errors';
import { readBfloat16, readHalf } from '../../core/half';
import { PersistentId, PickleCall, PickleGlobal, type PickleValue } from './pickle';
import type { NamedArray } from './safetensors';

const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
/** Wrappers of a tensor, and which of their arguments it is. */
const WRAPPERS: Record<string, (args: readonly PickleValue[]) => PickleValue | undefined> = {
  'torch._utils._rebuild_parameter': (args) => args[0],
  'torch._utils._rebuild_parameter_with_state': (args) => args[0],
  'torch._tensor._rebuild_from_type_v2': ([rebuild, , args]) =>
    rebuild instanceof PickleGlobal && Array.isArray(args) ? new PickleCall(rebuild.name, args) : undefined,
};

/** How one stored number is read, by the name of torch's storage class: bytes each, and reader. */
export const STORAGES: Record<string, { bytes: number; read: (data: Buffer, offset: number) => number }> = {
  'torch.FloatStorage': { bytes: 4, read: (data, offset) => data.readFloatLE(offset) },
  'torch.DoubleStorage': { bytes: 8, read: (data, offset) => data.readDoubleLE(offset) },
  'torch.LongStorage': { bytes: 8, read: (data, offset) => Number(data.readBigInt64LE(offset)) },
  'torch.IntStorage': { bytes: 4, read: (data, offset) => data.readInt32LE(offset) },
  'torch.ShortStorage': { bytes: 2, read: (data, offset) => data.readInt16LE(offset) },
  'torch.CharStorage': { bytes: 1, read: (data, offset) => data.readInt8(offset) },
  'torch.ByteStorage': { bytes: 1, read: (data, offset) => data[offset]! },
  'torch.BoolStorage': { bytes: 1, read: (data, offset) => data[offset]! },
  'torch.HalfStorage': { bytes: 2, read: (data, offset) => readHalf(data.readUInt16LE(offset)) },
  'torch.BFloat16Storage': { bytes: 2, read: (data, offset) => readBfloat16(data.readUInt16LE(offset)) },
};

/** All names that tensors need. */
export const TENSOR_NAMES: ReadonlySet<string> = new Set([
  REBUILD_TENSOR,
  ...Object.keys(WRAPPERS),
  ...Object.keys(STORAGES),
  'collections.OrderedDict',
  'collections.defaultdict',
]);

/** Numbers that tensors are views of. */
export interface StoredData {
  type: string;
  count: number;
  data: Buffer;
}

/** A tensor as the pickle describes it: a strided view of a storage, in elements. */
export interface StridedView {
  storage: string;
  offset: number;
  shape: number[];
  strides: number[];
}

/** The call that makes a tensor, also of one that is wrapped as a parameter; undefined for anything else. */
export function asTensor(value: PickleValue | undefined, depth = 3): PickleCall | undefined {
  if (!(value instanceof PickleCall) || depth === 0) return undefined;
  if (value.callee === REBUILD_TENSOR) return value;
  const unwrap = Object.hasOwn(WRAPPERS, value.callee) ? WRAPPERS[value.callee]! : undefined;
  return unwrap && asTensor(unwrap(value.args), depth - 1);
}

/**
 * Read the description of a tensor.
 *
 * @param storages the storage of the tensor is added, without its data
 * @throws {UserError} that names the tensor if the description is damaged
 */
export function asView(name: string, tensor: PickleCall, storages: Map<string, StoredData>): StridedView {
  const damaged = (what: string) => new UserError(`the torch file's tensor '${name}' has no readable ${what}`);
  const [persistent, offset, shape, strides] = tensor.args;
  if (!(persistent instanceof PersistentId) || !Array.isArray(persistent.id)) throw damaged('storage');
  const [, type, key, , count] = persistent.id; // ('storage', class, key, device, count, view)
  const isKey = typeof key === 'string' || typeof key === 'number';
  if (!(type instanceof PickleGlobal) || !STORAGES[type.name] || !isCount(count) || !isKey) throw damaged('storage');
  const counts = (list: PickleValue | undefined): list is number[] => Array.isArray(list) && list.every(isCount);
  const known = storages.get(String(key));
  if (known && (known.type !== type.name || known.count !== count)) throw damaged('storage: it is described twice');
  if (!isCount(offset) || !counts(shape) || !counts(strides) || shape.length !== strides.length) throw damaged('shape');
  storages.set(String(key), { type: type.name, count, data: Buffer.alloc(0) });
  return { storage: String(key), offset, shape, strides };
}

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Type and length of every storage that a pickle names, by key. */
export function storagesOf(value: PickleValue): Map<string, Pick<StoredData, 'type' | 'count'>> {
  const found = new Map<string, Pick<StoredData, 'type' | 'count'>>();
  const seen = new Set<PickleValue>();
  const left: PickleValue[] = [value];
  while (left.length > 0) {
    const next = left.pop()!;
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Map) for (const [name, item] of next) left.push(name, item);
    else if (Array.isArray(next)) for (const item of next) left.push(item);
    else if (next instanceof PickleCall) left.push(...next.args, next.state ?? null);
    else if (next instanceof PersistentId && Array.isArray(next.id)) {
      const [, type, key, , count] = next.id;
      if (!(type instanceof PickleGlobal) || !STORAGES[type.name] || !isCount(count)) continue;
      found.set(String(key), { type: type.name, count });
    }
  }
  return found;
}

/**
 * Copy a strided view into a dense array, row-major.
 *
 * @throws {UserError} if the view reaches past its storage
 */
export function gather(name: string, view: StridedView, storage: StoredData): NamedArray {
  const { shape, strides } = view;
  const size = elements(shape);
  const last = shape.reduce((sum, side, axis) => sum + Math.max(side - 1, 0) * strides[axis]!, view.offset);
  if (size > storage.count || (size > 0 && last >= storage.count)) {
    throw new UserError(
      `the torch file's tensor '${name}' of shape [${shape}] reaches past its ${storage.count} elements`,
    );
  }
  const { bytes, read } = STORAGES[storage.type]!;
  const data = new Float32Array(size);
  if (storage.type === 'torch.FloatStorage' && isDense(view)) {
    const from = view.offset * bytes;
    storage.data.copy(new Uint8Array(data.buffer), 0, from, from + size * bytes);
    return { shape, data };
  }
  const index = new Array<number>(shape.length).fill(0);
  let element = view.offset;
  for (let i = 0; i < size; i++) {
    data[i] = read(storage.data, element * bytes);
    // Step the index like an odometer; strides say how far each wheel moves in the storage.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      element += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      element -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** Whether the elements lie in the storage as in the result. */
function isDense({ shape, strides }: StridedView): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
