import { shown, UserError } from '../../core/errors';
import { nodeBackend } from './backend';
import { hasOnnxRuntime, requireOnnxRuntime } from './onnx/onnxRuntime';
import type { Precision } from './precision';

/** What can compute a forward pass that is frozen. */
export type Engine = 'tensorflow' | 'onnxruntime';

/** An engine, or the faster one. */
export type EngineChoice = Engine | 'auto';

/**
 * What the setting `engine` can be: TensorFlow, ONNX Runtime where it is installed, or the faster of both, which is measured once for
 * each network.
 */
export const engines: readonly EngineChoice[] = ['tensorflow', 'onnxruntime', 'auto'];

/** How far ONNX Runtime's numbers may be from those of the function, relative to the largest of them. */
export const ENGINE_TOLERANCE = 1e-4;

/**
 * The engine that was asked for, or 'tensorflow' where 'auto' has no choice: ONNX Runtime is not installed, TensorFlow uses a GPU, or
 * numbers other than float32 are wanted.
 *
 * @throws {UserError} if there is no such engine, or it is not installed, or cannot compute in this precision
 */
export function availableEngine(asked: EngineChoice, precision: Precision): EngineChoice {
  if (!engines.includes(asked)) {
    throw new UserError(`unknown engine ${shown(asked)}; the engines are ${engines.join(', ')}`);
  }
  if (asked === 'auto') {
    return hasOnnxRuntime() && !nodeBackend().isUsingGpuDevice && precision === 'float32' ? 'auto' : 'tensorflow';
  }
  if (asked === 'onnxruntime') {
    requireOnnxRuntime();
    if (precision !== 'float32') {
      throw new UserError(
        `engine 'onnxruntime' computes in float32 only, got precision '${precision}': leave one of them out`,
      );
    }
  }
  return asked;
}
