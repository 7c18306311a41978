import { lazyModule } from '../core/lazyModule';
import { loadTensorflow } from './load';
import type * as Tfjs from './tfjsTypes';

/*
 * What `import * as tf from '#tfjs'` gets: package.json maps that name to this file, and its types to tfjsTypes.ts. TensorFlow is
 * loaded when one of its exports is first used.
 */
const tfjs: typeof Tfjs = lazyModule(loadTensorflow);
export = tfjs;
