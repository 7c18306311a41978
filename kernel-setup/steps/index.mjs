import { SetupError } from '../lib/errors.mjs';
import { isClone } from '../lib/paths.mjs';
import { build } from './build.mjs';
import { kernelspecStep } from './kernelspec.mjs';
import { nodePackages } from './node-packages.mjs';
import { onnxruntime } from './onnxruntime.mjs';
import { openvino } from './openvino.mjs';
import { python } from './python.mjs';
import { samples } from './samples.mjs';
import { sharpStep } from './sharp.mjs';
import { tensorflow } from './tensorflow.mjs';
import { weights } from './weights.mjs';
import { widgets } from './widgets.mjs';

/** All steps, each after the steps that it needs. */
export const steps = [
  nodePackages,
  ...(isClone ? [] : [sharpStep]),
  ...[build, python, widgets, tensorflow, kernelspecStep, weights, samples],
];

/** Steps that are carried out only when they are named. */
export const optionalSteps = [onnxruntime, openvino];

/**
 * Some of the steps, in their usual order, and those that are optional.
 *
 * @param {string} names with commas between them
 * @throws {SetupError} if there is no such step
 */
export function namedSteps(names) {
  const wanted = names.split(',').map((name) => name.trim());
  const all = [...steps, ...optionalSteps];
  const known = all.map(({ name }) => name);
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`--only: there is no step '${unknown}'; the steps are ${known.join(', ')}`);
  return all.filter(({ name }) => wanted.includes(name));
}
