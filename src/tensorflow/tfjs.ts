import type * as Tfjs from '@tensorflow/tfjs-node-gpu';
import { lazyModule } from '../core/lazyModule';
import { loadTensorflow } from './load';

/*
 * What `import * as tf from '#tfjs'` gets: package.json maps that name to this file, and its types to those of
 * @tensorflow/tfjs-node-gpu. TensorFlow is loaded when one of its exports is first used.
 */
const tfjs: typeof Tfjs = lazyModule(loadTensorflow);
export = tfjs;
