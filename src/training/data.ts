import { elements } from '../core/elements';
import { UserError } from '../core/errors';
import type { Data } from '../features';
import type { tf } from '../tensorflow';

/** The number of classes of a model; a single output is the logit of the second of two classes. */
export const classesOf = (model: tf.LayersModel): number => Math.max(2, model.outputs[0]!.shape.at(-1)!);

/**
 * Checks data.
 *
 * @param name what an error begins with: the function, and which of its data
 * @throws {UserError} if there are no examples, or their shape or labels do not suit the model
 */
export function checkData(name: string, model: tf.LayersModel, data: Data): void {
  const { shape, labels } = data;
  const expected = model.inputs[0]!.shape.slice(1);
  if (labels.length === 0)
    throw new UserError(`${name} has no examples; give at least one, and see whether what chose them matches any`);
  const fits = expected.length === shape.length && expected.every((side, i) => side === null || side === shape[i]);
  if (!fits || ('values' in data && data.values.length !== labels.length * elements(shape))) {
    throw new UserError(`${name} has examples of shape [${shape}], the model takes [${expected}]`);
  }
  const classes = classesOf(model);
  const wrong = labels.find((label) => !(label >= 0 && label < classes));
  if (wrong !== undefined)
    throw new UserError(`${name} has the label ${wrong}, the model has the classes 0 to ${classes - 1}`);
}
