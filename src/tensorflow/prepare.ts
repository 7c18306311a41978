import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as util from 'node:util';
import { UserError } from '../core/errors';

// tfjs-node 4.22 calls two functions that Node 23 removed.
const legacy = util as unknown as Record<string, unknown>;
if (legacy.isNullOrUndefined === undefined || legacy.isArray === undefined) {
  const target = require('node:util') as Record<string, unknown>;
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

// TensorFlow's own messages go to stderr, past the notebook; a person who wants them sets these variables.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
// Without this TensorFlow takes all of a GPU's memory at its first operation.
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';

const packageFolder = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
if (!existsSync(join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node'))) {
  throw new UserError(
    'TensorFlow is not set up yet: run `npm run setup` in the project folder (`npm run doctor` tells more)',
  );
}
