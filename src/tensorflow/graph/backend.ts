import * as tf from '#tfjs';

/** An attribute of an operation as tfjs-node passes it to TensorFlow; `type` is one of the binding's TF_ATTR numbers. */
export interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** A tensor that TensorFlow holds. Ids are never used twice in a process, and all aliases of a tensor share one. */
export interface TensorHandle {
  id: number;
  shape: number[];
  dtype: number;
}

export interface TensorData {
  shape: readonly number[];
  dtype: number;
  id: number;
  values: unknown;
  refCount: number;
}

export type ConstantValue = Float32Array | Int32Array | Uint8Array | Uint16Array | readonly Uint8Array[];

/** The native module under tfjs-node, as far as recording and running graphs need it. */
export interface Binding {
  TF_Version: string;
  createTensor(shape: number[], dtype: number, values: ConstantValue): number;
  executeOp(type: string, attributes: OpAttribute[], inputIds: number[], outputs: number): TensorHandle[];
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  runSavedModel(session: number, inputIds: number[], inputNames: string, outputNames: string): TensorHandle[];
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
}

/** A copy of the binding with other functions, as its own properties are read-only. */
export function changedBinding(binding: Binding, changes: Partial<Binding>): Binding {
  const entries = Object.getOwnPropertyNames(binding).map((name) => {
    const value = binding[name as keyof Binding] as unknown;
    return [name, typeof value === 'function' ? value.bind(binding) : value];
  });
  return { ...(Object.fromEntries(entries) as Binding), ...changes };
}

/** tfjs-node's backend: above the binding, below the operations of tfjs. */
export interface NodeBackend {
  binding: Binding;
  isUsingGpuDevice: boolean;
  /** what is behind the data of a tensor; `id` is -1 while it still waits in JavaScript */
  tensorMap: { get(dataId: object): TensorData; set(dataId: object, data: TensorData): void };
  refCount(dataId: object): number;
  disposeData(dataId: object, force?: boolean): boolean;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  getDTypeInteger(dtype: tf.DataType): number;
  executeSingleOutput(type: string, attributes: OpAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    type: string,
    attributes: OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  runSavedModel(session: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[];
}

/** TensorFlow's numbers of the data types that occur here (types.proto). */
export const DataType = { float: 1, int32: 3, uint8: 4, string: 7, int64: 9, bool: 10, bfloat16: 14 } as const;

/** tfjs-node's backend. @throws {Error} if another backend of tfjs is at work */
export function nodeBackend(): NodeBackend {
  if (tf.getBackend() !== 'tensorflow') throw new Error(`the backend is '${tf.getBackend()}', not 'tensorflow'`);
  return tf.backend() as unknown as NodeBackend;
}

/** The id of a tensor's data in TensorFlow; data that still waits in JavaScript is uploaded first. */
export function handleId(tensor: tf.TensorInfo): number {
  return nodeBackend().getInputTensorIds([tensor])[0]!;
}

/** The same data under an id of its own. Nothing is copied: TensorFlow counts references to the buffer. */
export function unaliased<T extends tf.Tensor>(tensor: T): T {
  const dtype = nodeBackend().getDTypeInteger(tensor.dtype);
  return nodeBackend().executeSingleOutput('Identity', [attribute.type('T', dtype)], [tensor]) as T;
}

/** Attributes of operations that are called by their TensorFlow name. */
export const attribute = {
  type: (name: string, value: number): OpAttribute => ({ name, type: nodeBackend().binding.TF_ATTR_TYPE, value }),
  float: (name: string, value: number): OpAttribute => ({ name, type: nodeBackend().binding.TF_ATTR_FLOAT, value }),
  int: (name: string, value: number): OpAttribute => ({ name, type: nodeBackend().binding.TF_ATTR_INT, value }),
  bool: (name: string, value: boolean): OpAttribute => ({ name, type: nodeBackend().binding.TF_ATTR_BOOL, value }),
  string: (name: string, value: string): OpAttribute => ({ name, type: nodeBackend().binding.TF_ATTR_STRING, value }),
};

export { tf };
