/*
 * node plainTfjs.cjs MODEL_JSON PIXELS: the output of a model in plain JavaScript with TensorFlow.js and its own layers, without
 * tunebook. PIXELS is a file of float32.
 */
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const tf = require('@tensorflow/tfjs');

async function main(file, pixels) {
  await tf.setBackend('cpu');
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(file, 'utf8'));
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const parts = weightsManifest.flatMap(({ paths }) => paths.map((path) => readFileSync(join(dirname(file), path))));
  const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const values = new Float32Array(new Uint8Array(readFileSync(pixels)).buffer);
  const [height, width] = model.inputs[0].shape.slice(1);
  const output = model.predict(tf.tensor4d(values, [values.length / height / width / 3, height, width, 3]));
  process.stdout.write(JSON.stringify(Array.from(output.dataSync())));
}

main(...process.argv.slice(2));
