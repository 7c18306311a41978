// Loads TensorFlow and multiplies two matrices: prints {"tensorflow": version, "tfjs": version, "gpu": boolean} or fails.
require('./node-shims.cjs');
const tf = require('@tensorflow/tfjs-node-gpu');

const product = Array.from(tf.matMul(tf.ones([2, 3]), tf.fill([3, 2], 2)).dataSync());
if (product.length !== 4 || product.some((value) => value !== 6)) {
  throw new Error(`error: TensorFlow multiplies wrongly: [${product}] in place of [6,6,6,6]`);
}
const backend = tf.backend();
const answer = { tensorflow: backend.binding.TF_Version, tfjs: tf.version_core, gpu: backend.isUsingGpuDevice };
process.stdout.write(`${JSON.stringify(answer)}\n`);
