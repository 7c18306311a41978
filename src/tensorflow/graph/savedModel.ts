import { type Binding, type ConstantValue, DataType, type OpAttribute } from './backend';
import { bytesOf, ProtobufMessage } from './protobuf';
import type { TensorType } from './recording';

/*
 * The messages of TensorFlow that a SavedModel with one graph and at most one signature is made of. Field numbers are those of
 * tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/{graph,node_def,attr_value,
 * tensor,tensor_shape,versions}.proto.
 */

/** A node of a graph: `inputs` are names of nodes, with ':1' and so on behind them for later outputs. */
export interface GraphNode {
  name: string;
  type: string;
  inputs: string[];
  attributes: Record<string, AttributeValue>;
}

export type AttributeValue =
  | { string: string }
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { floats: readonly number[] }
  | { bool: boolean }
  | { bools: readonly boolean[] }
  | { type: number }
  | { shape: readonly number[] }
  | { tensor: TensorType & { value: ConstantValue } };

/** protobuf's own limit for a message. */
export const LARGEST_GRAPH = 2 ** 31 - 1;

/** `producer` of versions.proto. No `min_consumer` is set, so older versions of TensorFlow read the graph, too. */
const GRAPH_VERSION = 1882;

/** A tensor of a graph under the name by which callers know it; a dimension of -1 may have any size. */
export interface SignatureTensor {
  key: string;
  /** 'node:0' */
  name: string;
  dtype: number;
  shape: readonly number[];
}

/** What a server offers: one input, one output. */
export interface Signature {
  input: SignatureTensor;
  output: SignatureTensor;
}

export function encodeSavedModel(nodes: readonly GraphNode[], tags: string, signature?: Signature): ProtobufMessage {
  const graph = new ProtobufMessage();
  for (const node of nodes) graph.message(1, encodeNode(node));
  graph.message(4, new ProtobufMessage().varint(1, GRAPH_VERSION));
  const metaGraph = new ProtobufMessage().message(1, new ProtobufMessage().bytes(4, tags)).message(2, graph);
  if (signature) {
    metaGraph.message(5, new ProtobufMessage().bytes(1, 'serving_default').message(2, encodeSignature(signature)));
  }
  return new ProtobufMessage().varint(1, 1).message(2, metaGraph);
}

function encodeSignature({ input, output }: Signature): ProtobufMessage {
  const entry = ({ key, name, dtype, shape }: SignatureTensor) =>
    new ProtobufMessage()
      .bytes(1, key)
      .message(2, new ProtobufMessage().bytes(1, name).varint(2, dtype).message(3, encodeShape(shape)));
  return new ProtobufMessage()
    .message(1, entry(input))
    .message(2, entry(output))
    .bytes(3, 'tensorflow/serving/predict');
}

function encodeNode({ name, type, inputs, attributes }: GraphNode): ProtobufMessage {
  const message = new ProtobufMessage().bytes(1, name).bytes(2, type);
  for (const input of inputs) message.bytes(3, input);
  for (const [key, value] of Object.entries(attributes)) {
    message.message(5, new ProtobufMessage().bytes(1, key).message(2, encodeAttribute(value)));
  }
  return message;
}

function encodeAttribute(value: AttributeValue): ProtobufMessage {
  const message = new ProtobufMessage();
  const list = () => new ProtobufMessage();
  if ('string' in value) return message.bytes(2, value.string);
  if ('int' in value) return message.varint(3, value.int);
  if ('float' in value) return message.float(4, value.float);
  if ('bool' in value) return message.varint(5, value.bool);
  if ('type' in value) return message.varint(6, value.type);
  if ('shape' in value) return message.message(7, encodeShape(value.shape));
  if ('tensor' in value) return message.message(8, encodeTensor(value.tensor));
  if ('ints' in value) return message.message(1, value.ints.length ? list().packedVarints(3, value.ints) : list());
  if ('floats' in value) return message.message(1, list().packedFloats(4, value.floats));
  return message.message(1, list().packedVarints(5, value.bools));
}

/** A dimension of -1 may have any size. */
function encodeShape(shape: readonly number[]): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const size of shape) message.message(2, new ProtobufMessage().varint(1, size));
  return message;
}

function encodeTensor({ dtype, shape, value }: TensorType & { value: ConstantValue }): ProtobufMessage {
  const message = new ProtobufMessage().varint(1, dtype).message(2, encodeShape(shape));
  if (Array.isArray(value)) {
    for (const text of value as readonly Uint8Array[]) message.bytes(8, text);
    return message;
  }
  const numbers = value as Exclude<ConstantValue, readonly Uint8Array[]>;
  const same = numbers.length > 8 ? equalValue(numbers) : undefined;
  // One value stands for all: `tf.ones` of an activation's shape would be megabytes.
  if (same !== undefined) {
    if (dtype === DataType.float) return message.packedFloats(5, [same]);
    if (dtype === DataType.int32) return message.packedVarints(7, [same]);
    if (dtype === DataType.bool) return message.packedVarints(11, [same]);
  }
  return message.bytes(4, bytesOf(numbers));
}

/** The number that all elements are, if they are all the same (minus zero is not zero). */
export function equalValue(numbers: Exclude<ConstantValue, readonly Uint8Array[]>): number | undefined {
  const first = numbers[0];
  if (first === undefined) return undefined;
  for (let i = 1; i < numbers.length; i++) if (!Object.is(numbers[i], first)) return undefined;
  return first;
}

/**
 * A recorded attribute as the graph wants it; undefined where tfjs leaves it to the operation's default.
 * tfjs-node marks a list by an array under the type of its elements.
 */
export function attributeValue({ name, type, value }: OpAttribute, binding: Binding): AttributeValue | undefined {
  if (value === undefined || value === null) return undefined;
  const list = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_STRING:
      return { string: value as string };
    case binding.TF_ATTR_INT:
      return list ? { ints: value as number[] } : { int: value as number };
    case binding.TF_ATTR_FLOAT:
      return list ? { floats: value as number[] } : { float: value as number };
    case binding.TF_ATTR_BOOL:
      return list ? { bools: value as boolean[] } : { bool: value as boolean };
    case binding.TF_ATTR_TYPE:
      return { type: value as number };
    case binding.TF_ATTR_SHAPE:
      return { shape: value as number[] };
    default:
      throw new Error(`attribute ${name} has the unknown type ${type}`);
  }
}
