/* One step of `bench/backbones` in a separate process; prints a JSON object as its last line. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../../src/core/errors';
import {
  assignRandomWeights,
  assignWeights,
  type BackboneName,
  backboneEntry,
  buildArchitecture,
  matchWeights,
  type NamedArray,
  preprocess,
  readWeights,
  writeSafetensors,
} from '../../src/models';
import { weightsFile } from '../../src/models/registry';
import { weightsOf } from '../../src/models/weights/slots';
import { tf } from '../../src/tensorflow';
import { formulaPicture, type OracleAnswer, relativeError } from '../../test/models/keras';
import { compareWithTorch, type TorchFixture } from '../../test/models/torchNetworks';

/** Compares tunebook's outputs with Keras's, for weights read from Keras's files. */
async function compare(name: BackboneName, size: number, answerFile: string): Promise<object> {
  const { top, noTop, logits, features }: OracleAnswer = JSON.parse(readFileSync(answerFile, 'utf8'));
  const error = async (file: string, includeTop: boolean, expected: number[]) => {
    const network = buildArchitecture(name, { includeTop, inputSize: size }).model;
    assignWeights(network, matchWeights(network, await readWeights(file), file), file);
    const actual = tf.tidy(() => {
      const pixels = tf.tensor4d(formulaPicture(size), [1, size, size, 3]);
      return (network.predict(preprocess(pixels, backboneEntry(name).preprocessing)) as tf.Tensor).dataSync();
    });
    network.dispose();
    return relativeError(actual, expected);
  };
  return { logitError: await error(top[0]!, true, logits), featureError: await error(noTop[0]!, false, features) };
}

/** Compares tunebook's outputs with those of a network of torchvision or timm, with weights by a formula. */
function compareLibrary(name: BackboneName, fixtureFile: string): object {
  const fixture: TorchFixture = JSON.parse(readFileSync(fixtureFile, 'utf8'));
  const { logits, features } = compareWithTorch(name, fixture);
  return { logitError: logits, featureError: features };
}

/** Puts random weights into the cache. */
function fill(name: BackboneName): object {
  const { model } = buildArchitecture(name);
  assignRandomWeights(model, 0);
  const arrays = weightsOf(model).flatMap((slots) => {
    const values = model.getLayer(slots[0]!.layer).getWeights();
    return slots.map(({ layer, name: weight, shape }, i): [string, NamedArray] => [
      `${layer}/${weight}`,
      { shape, data: values[i]!.dataSync() as Float32Array },
    ]);
  });
  writeSafetensors(weightsFile(backboneEntry(name)), new Map(arrays), { origin: 'bench/backbones' });
  return { parameters: model.countParams() };
}

async function main([step, given = '', ...rest]: readonly string[]): Promise<void> {
  const { name } = backboneEntry(given);
  let answer: object;
  if (step === 'compare') answer = await compare(name, Number(rest[0]), rest[1]!);
  else if (step === 'library') answer = compareLibrary(name, rest[0]!);
  else answer = fill(name);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
