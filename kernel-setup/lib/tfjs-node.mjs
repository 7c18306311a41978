import { packageFolder } from './packages.mjs';
import { inProject, isClone } from './paths.mjs';

/**
 * The folder of tfjs-node: a package of npm in a clone. In an installed tunebook it is a copy, without the install script, which would ask
 * for a TensorFlow of 2022 and fail; see kernel-setup/pack/copy-tfjs-node.mjs. src/tensorflow/load.ts follows the same rule.
 */
export const tfjsFolder = () => (isClone ? packageFolder('@tensorflow/tfjs-node-gpu') : inProject('dist', 'tfjs-node'));
