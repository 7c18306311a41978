// tensorflow-smoke.cjs FOLDER: loads TensorFlow with the tfjs-node in FOLDER and performs the operations of a training step, whose results
// are known. Prints {"tensorflow": version, "tfjs": version, "gpu": boolean}, or fails. There are several, because a GPU may pass one and
// fail another.
require('./node-shims.cjs');
/** @type {typeof import('@tensorflow/tfjs-node-gpu')} */
const tf = require(process.argv[2] ?? '');

/** Tolerance: a GPU may round the factors of a product to 10 bits. */
const TOLERANCE = 0.01;

/**
 * @param {string} what
 * @param {import('@tensorflow/tfjs-node-gpu').Tensor} tensor
 * @param {number} expected the value of every element
 */
function check(what, tensor, expected) {
  const values = Array.from(tensor.dataSync());
  const wrong = values.find((value) => !(Math.abs(value - expected) <= TOLERANCE * Math.abs(expected)));
  if (values.length > 0 && wrong === undefined) return;
  throw new Error(`error: ${what} is wrong: got ${wrong}, expected ${expected}`);
}

const pictures = tf.ones([2, 8, 8, 8]);
const filter = tf.fill([3, 3, 8, 16], 0.5);
const convolve = (/** @type {any} */ f) => tf.conv2d(/** @type {any} */ (pictures), f, 1, 'valid');
check('a matrix product', tf.matMul(tf.ones([16, 8]), tf.fill([8, 16], 2)), 16);
check('a convolution', convolve(filter), 36);
check('the gradient of a convolution', tf.grad((f) => convolve(f).sum())(filter), 72);
check(
  'batch normalization',
  tf.batchNorm(pictures, tf.fill([8], 3), tf.fill([8], 4), tf.fill([8], 5), tf.fill([8], 2), 0),
  3,
);
check('elementwise operations', tf.sqrt(tf.exp(tf.log(tf.fill([32], 4)))).add(tf.relu(tf.fill([32], -1))), 2);

const backend = /** @type {any} */ (tf.backend());
const answer = { tensorflow: backend.binding.TF_Version, tfjs: tf.version_core, gpu: backend.isUsingGpuDevice };
process.stdout.write(`${JSON.stringify(answer)}\n`);
