import { shown, UserError } from '../../core/errors';
import { nodeBackend } from './backend';
import { requireInstalled } from './optionalEngine';
import { installedEngines, type OptionalEngineName, optionalEngineNames, optionalEngines } from './optionalEngines';
import type { Precision } from './precision';

/** What can compute a forward pass that is frozen. */
export type Engine = 'tensorflow' | 'onnxruntime' | 'openvino';

/** An engine, or the fastest one. */
export type EngineChoice = Engine | 'auto';

/**
 * What the setting `engine` can be: TensorFlow, ONNX Runtime or OpenVINO where they are installed, or the fastest of them, which is
 * measured once for each network.
 */
export const engines: readonly EngineChoice[] = ['tensorflow', ...optionalEngineNames, 'auto'];

/** How far the numbers of another engine than TensorFlow may be from those of the function, relative to the largest of them. */
export const ENGINE_TOLERANCE = 1e-4;

/** Whether it is an engine other than TensorFlow, and not one still to be chosen. */
export const isOptional = (engine: EngineChoice): engine is OptionalEngineName =>
  Object.hasOwn(optionalEngines, engine);

/** Its name for people. */
export const engineTitle = (engine: Engine): string =>
  isOptional(engine) ? optionalEngines[engine].title : 'TensorFlow';

/** The engines of this machine. */
export const availableEngines = (): Engine[] => ['tensorflow', ...installedEngines()];

/**
 * The engine that was asked for, or 'tensorflow' where 'auto' has no choice: no other is installed, TensorFlow uses a GPU, or
 * numbers other than float32 are wanted.
 *
 * @throws {UserError} if there is no such engine, or it is not installed, or cannot compute in this precision
 */
export function availableEngine(asked: EngineChoice, precision: Precision): EngineChoice {
  if (!engines.includes(asked)) {
    throw new UserError(`unknown engine ${shown(asked)}; the engines are ${engines.join(', ')}`);
  }
  if (asked === 'auto') {
    const choice = installedEngines().length > 0 && !nodeBackend().isUsingGpuDevice && precision === 'float32';
    return choice ? 'auto' : 'tensorflow';
  }
  if (isOptional(asked)) {
    requireInstalled(asked, optionalEngines[asked]);
    if (precision !== 'float32') {
      throw new UserError(
        `engine '${asked}' computes in float32 only, got precision '${precision}': leave one of them out`,
      );
    }
  }
  return asked;
}
