/* One step of `bench/backbones` in a separate process; prints a JSON object as its last line. */
import { existsSync, readFileSync } from 'node:fs';
import { measureSpeed } from '../../src/analysis/advise/speed';
import { messageOf } from '../../src/core/errors';
import { PICTURES_FOR_GRAPH, PictureNetwork } from '../../src/features/pictureNetwork';
import {
  assignRandomWeights,
  assignWeights,
  type BackboneName,
  backboneEntry,
  buildArchitecture,
  loadBackbone,
  matchWeights,
  multiplyAdds,
  type NamedArray,
  preprocess,
  readWeights,
  writeSafetensors,
} from '../../src/models';
import { weightsFile } from '../../src/models/registry';
import { weightsOf } from '../../src/models/weights/slots';
import { tf } from '../../src/tensorflow';
import { formulaPicture, type OracleAnswer, relativeError } from '../../test/models/keras';

/**
 * Multiply-adds per batch: few enough that the largest network takes at most some tens of seconds, and enough for the smallest to be
 * measured.
 */
const WORK = 2e10;

/** Compares tunebook's outputs with Keras's, for weights read from Keras's files and for the same weights from the cache. */
async function compare(name: BackboneName, size: number, answerFile: string): Promise<object> {
  const { model } = buildArchitecture(name);
  const parameters = model.countParams();
  if (!existsSync(answerFile)) {
    assignRandomWeights(model, 0);
    writeCache(name, model, true);
    return { parameters };
  }
  model.dispose();
  const { top, noTop, logits, features }: OracleAnswer = JSON.parse(readFileSync(answerFile, 'utf8'));
  const error = async (file: string, includeTop: boolean, expected: number[]) => {
    const network = buildArchitecture(name, { includeTop, inputSize: size }).model;
    assignWeights(network, matchWeights(network, await readWeights(file), file), file);
    const actual = tf.tidy(() => {
      const pixels = tf.tensor4d(formulaPicture(size), [1, size, size, 3]);
      return (network.predict(preprocess(pixels, backboneEntry(name).preprocessing)) as tf.Tensor).dataSync();
    });
    writeCache(name, network, includeTop);
    network.dispose();
    return relativeError(actual, expected);
  };
  return { parameters, logitError: await error(top, true, logits), featureError: await error(noTop, false, features) };
}

function writeCache(name: string, model: tf.LayersModel, includeTop: boolean): void {
  const named = new Map(
    weightsOf(model).flatMap((slots) => {
      const values = model.getLayer(slots[0]!.layer).getWeights();
      return slots.map(({ layer, name: weight, shape }, i) => {
        const data = values[i]!.dataSync() as Float32Array;
        return [`${layer}/${weight}`, { shape, data }] as [string, NamedArray];
      });
    }),
  );
  writeSafetensors(weightsFile(backboneEntry(name), { includeTop }), named, { origin: 'bench/backbones' });
}

/** Measures the time to load a file that was just written, and the speed of the network. */
async function load(name: BackboneName, includeTop: boolean): Promise<object> {
  const { random } = Math;
  let drawn = 0;
  Math.random = () => {
    drawn++;
    return random();
  };
  const began = performance.now();
  const backbone = await loadBackbone(name, { includeTop });
  const seconds = (performance.now() - began) / 1000;
  Math.random = random;
  if (includeTop) return { seconds, drawn };
  const batchSize = Math.max(1, Math.min(16, Math.floor(WORK / multiplyAdds(backbone.model))));
  const network = new PictureNetwork(backbone, PICTURES_FOR_GRAPH);
  return { seconds, drawn, milliseconds: measureSpeed(network, backbone, { batchSize }) };
}

async function main([step, given = '', ...rest]: readonly string[]): Promise<void> {
  const { name } = backboneEntry(given);
  const answer =
    step === 'compare' ? await compare(name, Number(rest[0]), rest[1]!) : await load(name, rest[0] === 'top');
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
