import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../src/core/errors';
import { buildArchitecture, loadTfjsModel } from '../../src/models';
import { readTfjsModel } from '../../src/models/weights/tfjsModel';
import { checkTopology } from '../../src/models/weights/tfjsTopology';
import { tf } from '../../src/tensorflow';
import { temporaryFolder } from '../folders';
import { drawnNumbers } from './drawnNumbers';
import { SMALLEST_OF_EACH } from './families';

// biome-ignore lint/suspicious/noExplicitAny: the tests make changes that types forbid
type Json = any;

/** A convolution, a pooling, and a head, as a graph of layers. */
function network(): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, 3], name: 'input' });
  const conv = tf.layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, activation: 'relu' });
  const pool = tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 });
  const flat = tf.layers.flatten({ name: 'flat' });
  const dense = tf.layers.dense({ name: 'logits', units: 5 });
  const outputs = [conv, pool, flat, dense].reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  return tf.model({ inputs: input, outputs, name: 'small' });
}

describe('a TensorFlow.js model', () => {
  let graph: string;
  let chain: string;

  before(async () => {
    const folder = temporaryFolder();
    const model = network();
    await model.save(`file://${join(folder, 'graph')}`);
    const layers = [
      tf.layers.dropout({ name: 'dropout', rate: 0.2, inputShape: [12] }),
      tf.layers.dense({ name: 'logits', units: 5, kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) }),
    ];
    await tf.sequential({ name: 'head', layers }).save(`file://${join(folder, 'chain')}`);
    graph = join(folder, 'graph');
    chain = join(folder, 'chain');
  });

  /** A copy of a model whose model.json was changed. */
  function changed(change: (json: Json, folder: string) => unknown, from = graph): string {
    const folder = join(temporaryFolder(), 'model');
    cpSync(from, folder, { recursive: true });
    const file = join(folder, 'model.json');
    const json = JSON.parse(readFileSync(file, 'utf8'));
    const other = change(json, folder);
    writeFileSync(file, typeof other === 'string' ? other : JSON.stringify(json));
    return file;
  }

  async function refused(file: string, why: RegExp): Promise<void> {
    const before = process.memoryUsage().rss;
    await assert.rejects(loadTfjsModel(file), (error: Error) => {
      assert.ok(error instanceof UserError, error.stack);
      assert.ok(error.message.startsWith(`${file} is no readable TensorFlow.js model: `), error.message);
      assert.match(error.message, why);
      assert.doesNotMatch(error.message, /\n/);
      assert.ok(error.message.length < 800, error.message);
      return true;
    });
    assert.ok(process.memoryUsage().rss - before < 3e8, 'memory grew');
  }

  const layersOf = (json: Json) => json.modelTopology.config.layers;
  const layer = (json: Json, name: string) => layersOf(json).find((each: Json) => each.config.name === name);

  it('is read like TensorFlow.js reads it', async () => {
    for (const folder of [graph, chain]) {
      const file = join(folder, 'model.json');
      const ours = await loadTfjsModel(file);
      const theirs = await tf.loadLayersModel(`file://${file}`);
      const x = tf.randomUniform([3, ...(ours.inputs[0]!.shape.slice(1) as number[])], 0, 1, 'float32', 1);
      assert.deepEqual((ours.predict(x) as tf.Tensor).dataSync(), (theirs.predict(x) as tf.Tensor).dataSync());
      assert.deepEqual(ours.toJSON(null, false), theirs.toJSON(null, false));
    }
  });

  it('of every family of backbones is read', async () => {
    for (const name of SMALLEST_OF_EACH) {
      const { model } = buildArchitecture(name, { includeTop: false, inputSize: 75 });
      const { class_name, config } = model.toJSON(null, false) as Json;
      assert.deepEqual(checkTopology({ class_name, config }), { class_name, config }, name);
      model.dispose();
    }
    const { model } = buildArchitecture('mobilenet-v3-small', { includeTop: false, inputSize: 64 }); // tunebook's own layers
    const folder = join(temporaryFolder(), 'model');
    await model.save(`file://${folder}`);
    assert.equal((await loadTfjsModel(join(folder, 'model.json'))).countParams(), model.countParams());
  }).timeout(60_000);

  it('cannot name files outside its folder, devices, or links out of it', async () => {
    const outside = join(temporaryFolder(), 'weights.bin');
    writeFileSync(outside, readFileSync(join(graph, 'weights.bin')));
    const setPath = (path: unknown) => (json: Json) => {
      json.weightsManifest[0].paths = [path];
    };
    for (const path of [
      '../weights.bin',
      '../../../../../../etc/passwd',
      'a/../../x',
      outside,
      '/dev/zero',
      '',
      7,
      null,
    ]) {
      await refused(changed(setPath(path)), /a file of weights is named .* not used/);
    }
    const link = (to: string) => (json: Json, folder: string) => {
      symlinkSync(to, join(folder, 'link.bin'));
      setPath('link.bin')(json);
    };
    for (const to of [outside, '/dev/zero']) await refused(changed(link(to)), /leads out of/);
    const subfolder = (json: Json, folder: string) => {
      mkdirSync(join(folder, 'weights'));
      setPath('weights')(json);
    };
    await refused(changed(subfolder), /it is no plain file/);
    await refused(changed(setPath('none.bin')), /cannot be read: ENOENT/);
  });

  it('may have its files in a subfolder', async () => {
    const file = changed((json, folder) => {
      mkdirSync(join(folder, 'parts'));
      const content = readFileSync(join(folder, 'weights.bin'));
      json.weightsManifest[0].paths = [0, 1].map((i) => {
        const half = content.length / 2;
        writeFileSync(join(folder, 'parts', `${i}.bin`), content.subarray(i * half, (i + 1) * half));
        return `parts/${i}.bin`;
      });
    });
    assert.equal((await loadTfjsModel(file)).countParams(), network().countParams());
  });

  it('must have files of the size that it declares, which is checked before they are read', async () => {
    const huge = (_: Json, folder: string) => truncateSync(join(folder, 'weights.bin'), 2e9); // a sparse file takes no disk space
    await refused(changed(huge), /has \d+ bytes that no weight uses/);
    const short = (_: Json, folder: string) => truncateSync(join(folder, 'weights.bin'), 100);
    await refused(changed(short), /its data end \d+ bytes too soon, within "logits\/bias"/);
    for (const shape of [
      [2 ** 31, 4],
      [2 ** 53 - 1, 2 ** 53 - 1],
      [1e300],
      [-4],
      [0.5],
      ['4'],
      'x',
      null,
      Array(9).fill(1),
    ]) {
      const lie = (json: Json) => {
        json.weightsManifest[0].weights[0].shape = shape;
      };
      await refused(changed(lie), /"conv\/kernel" has the shape/);
    }
    const manyTimes = (json: Json) => {
      json.weightsManifest[0].paths = Array(9_000).fill('weights.bin');
    };
    await refused(changed(manyTimes), /has \d+ bytes that no weight uses/);
  });

  it('must declare weights of known types, each once', async () => {
    const weight = (change: Json) => (json: Json) => Object.assign(json.weightsManifest[0].weights[0], change);
    await refused(
      changed(weight({ dtype: 'string' })),
      /is of type "string"; float32, int32, float16, uint16, uint8 are/,
    );
    await refused(changed(weight({ dtype: 'constructor' })), /is of type "constructor"/);
    await refused(changed(weight({ name: 'logits/bias' })), /two weights "logits\/bias"/);
    await refused(changed(weight({ name: 7 })), /a weight is called 7/);
    await refused(changed(weight({ quantization: { dtype: 'uint8', scale: 'x' } })), /has the quantization/);
    for (const manifest of [undefined, null, 'x', {}, [null], [7], [{ paths: 'x', weights: [] }]]) {
      const set = (json: Json) => {
        json.weightsManifest = manifest;
      };
      await refused(changed(set), /it has no weightsManifest|its weightsManifest is damaged/);
    }
  });

  it('must not need more weights than its files have', async () => {
    const units = (count: number) => (json: Json) => {
      layer(json, 'logits').config.units = count;
    };
    for (const from of [graph, chain]) {
      await refused(changed(units(2_000_000_000), from), /layer 'logits' wants a kernel of \[\d+,2000000000\]/);
      await refused(changed(units(6), from), /layer 'logits' wants a (kernel|bias) of/);
    }
    await refused(changed(units(4)), /shape/i);
    await refused(changed(units(-1)), /units/);
    const kernel = (json: Json) => {
      layer(json, 'conv').config.kernel_size = [1000, 1000];
    };
    await refused(changed(kernel), /layer 'conv' wants a kernel of \[1000,1000,3,4\]/);
  });

  it('keeps no tensors if it is refused', async () => {
    const edits: [(json: Json) => void, RegExp][] = [
      [(json) => Object.assign(layer(json, 'logits').config, { units: 6 }), /layer 'logits' wants a/], // after 'conv'
      [(json) => Object.assign(layer(json, 'logits').config, { units: 4 }), /shape/i], // while the weights are set
      [(json) => Object.assign(json.weightsManifest[0].weights[0], { name: 'other' }), /other|conv\/kernel/],
    ];
    for (const [edit, why] of edits) {
      const file = changed(edit);
      const before = tf.memory();
      await refused(file, why);
      const { numTensors, numBytes } = tf.memory();
      assert.deepEqual({ numTensors, numBytes }, { numTensors: before.numTensors, numBytes: before.numBytes });
    }
  });

  it('draws no random numbers, because its weights would overwrite them', async () => {
    const drawn = await drawnNumbers(async () => (await loadTfjsModel(join(graph, 'model.json'))).dispose());
    assert.equal(drawn, 0);
  });

  it('must have layers of known classes only, none inside another', async () => {
    for (const name of [
      'constructor',
      '__proto__',
      'toString',
      'Lambda',
      'Zeros',
      'L1L2',
      'Model',
      'Sequential',
      7,
      null,
    ]) {
      const set = (json: Json) => {
        layer(json, 'pool').class_name = name;
      };
      await refused(changed(set), /layer "pool" is of class .*, which is not known here/);
    }
    const inner = (json: Json) => {
      layer(json, 'pool').class_name = 'TimeDistributed';
      layer(json, 'pool').config.layer = { class_name: 'Dense', config: { units: 1e9 } };
    };
    await refused(changed(inner), /layer "pool" has another within it/);
    const initializer = (json: Json) => {
      layer(json, 'conv').config.kernel_initializer = { class_name: 'constructor', config: {} };
    };
    await refused(changed(initializer), /layer "conv" has a kernel_initializer of class "constructor"/);
    const activation = (json: Json) => {
      layer(json, 'conv').config.activation = 'constructor';
    };
    await refused(changed(activation), /activation/i);
  });

  it('must have layers whose inputs come from earlier layers, each once', async () => {
    const nodes = (name: string, value: Json) => (json: Json) => {
      layer(json, name).inbound_nodes = value;
    };
    await refused(changed(nodes('conv', [[['logits', 0, 0, {}]]])), /layer "conv" takes .* output of an earlier layer/);
    await refused(changed(nodes('conv', [[['conv', 0, 0, {}]]])), /expected the output of an earlier layer/);
    await refused(changed(nodes('conv', [[['input', 1, 0, {}]]])), /expected the output of an earlier layer/);
    await refused(changed(nodes('conv', [[['nobody', 0, 0, {}]]])), /expected the output of an earlier layer/);
    await refused(
      changed(nodes('conv', [[['input', 0, 0]], [['input', 0, 0]]])),
      /layer "conv" is called 2 times, expected 1/,
    );
    await refused(changed(nodes('conv', 'x')), /layer "conv" is called "x" times/);
    const other = (json: Json) => {
      layer(json, 'conv').inboundNodes = [[['logits', 0, 0, {}]]];
      layer(json, 'conv').inbound_nodes = [];
    };
    await refused(changed(other), /layer "conv" is called 0 times, expected 1/);
    const twice = (json: Json) => {
      layer(json, 'flat').name = layer(json, 'flat').config.name = 'pool';
    };
    await refused(changed(twice), /two layers "pool"/);
    const outputs = (json: Json) => {
      json.modelTopology.config.output_layers = [['nobody', 0, 0]];
    };
    await refused(changed(outputs), /the model takes \["nobody",0,0\]/);
  });

  it('must not need too much memory or time', async () => {
    const config = (name: string, change: Json) => (json: Json) => Object.assign(layer(json, name).config, change);
    await refused(
      changed(config('input', { batch_input_shape: [1e9, 8, 8, 3] })),
      /takes the shape \[1000000000,8,8,3\]/,
    );
    await refused(changed(config('input', { batch_input_shape: [null, 1e9, 8, 3] })), /takes the shape/);
    await refused(changed(config('pool', { pool_size: [1e6, 1e6] })), /has the pool_size 1000000, expected 0 to 1024/);
    await refused(changed(config('pool', { poolSize: [1e6, 1e6] })), /has the pool_size 1000000/);
    await refused(changed(config('input', { dtype: 'string' })), /is of type "string"/);
    const wide = (json: Json, folder: string) => {
      layer(json, 'input').config.batch_input_shape = [null, 2 ** 17, 2 ** 17, 3];
      layer(json, 'flat').class_name = 'GlobalMaxPooling2D';
      json.weightsManifest[0].weights.find(({ name }: Json) => name === 'logits/kernel').shape = [4, 5];
      truncateSync(join(folder, 'weights.bin'), 4 * (108 + 4 + 20 + 5));
    };
    await refused(changed(wide), /gives \[131072,131072,3\] for a picture: more than fits/);
  });

  it('must be described in JSON of limited size and depth', async () => {
    await refused(
      changed(() => 'null'),
      /it has no weightsManifest/,
    );
    await refused(
      changed(() => '['.repeat(200_000)),
      /is no JSON/,
    );
    await refused(
      changed(() => `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
      /nested more than \d+ deep/,
    );
    await refused(
      changed(() => ' '.repeat(2 ** 26)),
      /has 64\.0 MB, expected at most/,
    );
    await refused(
      changed((json) => JSON.stringify(json).replace('{', '{"__proto__":{"a":1},')),
      /'__proto__'/,
    );
    const many = (json: Json) => {
      json.modelTopology.config.layers = Array(20_000).fill(layer(json, 'pool'));
    };
    await refused(changed(many), /has 20000 layers, expected 1 to 10000/);
    for (const topology of [undefined, null, 7, [], {}, { class_name: 'Model' }, { model_config: 7 }]) {
      const set = (json: Json) => {
        json.modelTopology = topology;
      };
      await refused(changed(set), /its (modelTopology|model_config|config) is|has no layers/);
    }
  });

  it('is not compiled as its file says, because a loss could be any name', async () => {
    const file = changed((json) => {
      json.trainingConfig = { loss: 'constructor', optimizer_config: { class_name: 'constructor', config: {} } };
      json.modelTopology.training_config = json.trainingConfig;
    });
    assert.equal((await loadTfjsModel(file)).optimizer, undefined);
  });

  it('is checked in the same way if only its weights are read', () => {
    const file = changed((json) => {
      json.weightsManifest[0].paths = ['/dev/zero'];
    });
    assert.throws(() => readTfjsModel(file), UserError);
    assert.equal(readTfjsModel(join(graph, 'model.json')).size, 4);
    assert.ok(existsSync(dirname(file)) && statSync(dirname(file)).isDirectory());
  });

  it('with any change of its description is either read, or refused in one line', async () => {
    const text = readFileSync(join(graph, 'model.json'), 'utf8');
    const pieces = [...text.matchAll(/"[^"]*"|\d+|null|true|false/g)];
    const values = ['-1', '1e308', '9007199254740993', '0.5', 'null', '"x"', '[]', '{}', '"__proto__"', '2000000000'];
    let refusals = 0;
    const before = process.memoryUsage().rss;
    await fc.assert(
      fc.asyncProperty(fc.nat(pieces.length - 1), fc.constantFrom(...values), async (index, value) => {
        const { index: at, 0: piece } = pieces[index]!;
        const file = changed(() => text.slice(0, at) + value + text.slice(at + piece.length));
        try {
          (await loadTfjsModel(file)).dispose();
        } catch (error) {
          assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
          assert.doesNotMatch(error.message, /\n/);
          refusals++;
        }
      }),
      { numRuns: 400, seed: 5 },
    );
    assert.ok(refusals > 100, String(refusals));
    assert.ok(process.memoryUsage().rss - before < 5e8, 'memory grew');
  }).timeout(60_000);
});
