import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../core/errors';
import { isClone, projectFolder, setupCommand } from '../core/paths';
import { chooseDevice } from './chooseDevice';
import type * as Tfjs from './tfjsTypes';

let tfjs: typeof Tfjs | undefined;
let waiting: (() => void)[] = [];

/** Run an action when TensorFlow is loaded, or now if it is: repairs, and layers that extend its classes. */
export function whenLoaded(action: () => void): void {
  if (tfjs === undefined) waiting.push(action);
  else action();
}

/**
 * Load TensorFlow, which takes half a second, or return it if it is loaded.
 *
 * @throws {UserError} if it is not set up
 */
export function loadTensorflow(): typeof Tfjs {
  if (tfjs !== undefined) return tfjs;
  require(join(projectFolder, 'kernel-setup', 'lib', 'node-shims.cjs'));
  // TensorFlow writes its messages to stderr, past the notebook; they can be had by setting these variables.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Without this TensorFlow takes all of a GPU's memory at its first operation.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // TensorFlow keeps the memory of tensors for the next ones. Otherwise each operation with large results asks the system for memory, which
  // is filled with zeros page by page: a third of the processor's time of a training step.
  process.env.TF_CPU_ALLOCATOR_USE_BFC ??= 'true';
  chooseDevice();
  const folder = tfjsNodeFolder();
  if (!existsSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'))) {
    throw new UserError(
      `TensorFlow is not set up yet: run \`${setupCommand}\` in the project folder (\`npx tunebook doctor\` tells more)`,
    );
  }
  tfjs = require(folder) as typeof Tfjs;
  const actions = waiting;
  waiting = [];
  for (const action of actions) action();
  return tfjs;
}

/**
 * The folder of tfjs-node: a package of npm in a clone, a copy in an installed tunebook. kernel-setup/lib/tfjs-node.mjs has the same rule
 * for the set-up, and says why.
 */
function tfjsNodeFolder(): string {
  if (!isClone) return join(projectFolder, 'dist', 'tfjs-node');
  return dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
}
