import { type Recording, Refusal } from '../recording';
import type { OnnxGraph } from './onnxModel';
import { OnnxWriter } from './onnxWriter';
import { translations } from './operations';

/**
 * Translate the recording of a forward pass to ONNX. Convolutions and pooling of ONNX have the channels before height and width:
 * a tensor is brought into the other layout only where an operation needs it, so that a chain of convolutions stays in one.
 *
 * @param recording of one input and one output of float32, in which all variables are constants
 * @throws {Refusal} when an operation has no translation
 */
export function toOnnx(recording: Recording): OnnxGraph {
  const writer = new OnnxWriter(recording);
  return writer.write((op) => {
    const translate = translations[op.type];
    if (!translate) throw new Refusal(`there is no translation of ${op.type}`);
    return translate(writer, op);
  });
}
