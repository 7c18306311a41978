import { bytesOf, ProtobufMessage } from '../protobuf';

/*
 * The messages of ONNX that a graph with one input and one output is made of. Field numbers are those of onnx/onnx.proto.
 */

/** A node of an ONNX graph with one output, which has the node's name; an empty input is one that is left out. */
export interface OnnxNode {
  name: string;
  type: string;
  inputs: string[];
  attributes: Record<string, number | readonly number[]>;
}

/** A constant of an ONNX graph: float32, or int64 for shapes and the like. */
export interface OnnxConstant {
  name: string;
  shape: readonly number[];
  value: Float32Array | BigInt64Array;
}

/** A graph of float32 tensors. A dimension of -1 is the batch. */
export interface OnnxGraph {
  nodes: OnnxNode[];
  constants: OnnxConstant[];
  input: { name: string; shape: readonly number[] };
  output: { name: string; shape: readonly number[] };
}

/** The version of ONNX's operations that the nodes are written in, and of the file format that knows it (ONNX 1.12, 2022). */
const OPERATIONS = 17;
const FORMAT = 8;

const ElementType = { float: 1, int64: 7 } as const;
const AttributeType = { float: 1, int: 2, ints: 7 } as const;

/** The attributes of these operations that are floating-point numbers; all others here are whole numbers. */
const FLOATS = new Set(['epsilon', 'alpha']);

export function encodeOnnx({ nodes, constants, input, output }: OnnxGraph): ProtobufMessage {
  const graph = new ProtobufMessage();
  for (const node of nodes) graph.message(1, encodeNode(node));
  graph.bytes(2, 'forward pass');
  for (const constant of constants) graph.message(5, encodeConstant(constant));
  graph.message(11, encodeTensorType(input)).message(12, encodeTensorType(output));
  const operations = new ProtobufMessage().bytes(1, '').varint(2, OPERATIONS);
  return new ProtobufMessage().varint(1, FORMAT).bytes(2, 'tunebook').message(7, graph).message(8, operations);
}

function encodeNode({ name, type, inputs, attributes }: OnnxNode): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const input of inputs) message.bytes(1, input);
  message.bytes(2, name).bytes(3, name).bytes(4, type);
  for (const [key, value] of Object.entries(attributes)) message.message(5, encodeAttribute(key, value));
  return message;
}

function encodeAttribute(key: string, value: number | readonly number[]): ProtobufMessage {
  const message = new ProtobufMessage().bytes(1, key);
  if (typeof value !== 'number') {
    for (const each of value) message.varint(8, each);
    return message.varint(20, AttributeType.ints);
  }
  if (FLOATS.has(key)) return message.float(2, value).varint(20, AttributeType.float);
  return message.varint(3, value).varint(20, AttributeType.int);
}

function encodeConstant({ name, shape, value }: OnnxConstant): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const size of shape) message.varint(1, size);
  message.varint(2, value instanceof Float32Array ? ElementType.float : ElementType.int64);
  return message.bytes(8, name).bytes(9, bytesOf(value));
}

function encodeTensorType({ name, shape }: OnnxGraph['input']): ProtobufMessage {
  const dimensions = new ProtobufMessage();
  for (const size of shape) {
    const dimension = new ProtobufMessage();
    if (size < 0) dimension.bytes(2, 'batch');
    else dimension.varint(1, size);
    dimensions.message(1, dimension);
  }
  const tensor = new ProtobufMessage().varint(1, ElementType.float).message(2, dimensions);
  return new ProtobufMessage().bytes(1, name).message(2, new ProtobufMessage().message(1, tensor));
}
