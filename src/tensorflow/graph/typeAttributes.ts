import type { Binding } from './backend';
import type { RecordedOp } from './recording';
import { type AttributeValue, attributeValue } from './savedModel';
import table from './typeAttributes.json';

/**
 * By operation, the type attributes in the order of the inputs that decide them ('-': the input decides none). Printed
 * from TensorFlow's own list of operations by test/tensorflow/graph/typeAttributes.py.
 */
const TYPE_ATTRIBUTES: Readonly<Record<string, string>> = table;

/**
 * The attributes of a recorded operation for the graph.
 *
 * An operation that runs at once gets its types from its inputs, so tfjs-node leaves some out (ExpandDims.T) and has some
 * wrong (Cast.SrcT after Where). A graph uses them as they are, so here the types of the recorded inputs replace them.
 */
export function attributesOf(
  op: RecordedOp,
  inputTypes: readonly number[],
  binding: Binding,
): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const attribute of op.attributes) {
    const value = attributeValue(attribute, binding);
    if (value) attributes[attribute.name] = value;
  }
  TYPE_ATTRIBUTES[op.type]?.split(' ').forEach((name, input) => {
    const dtype = inputTypes[input];
    if (name !== '-' && dtype !== undefined) attributes[name] = { type: dtype };
  });
  return attributes;
}
