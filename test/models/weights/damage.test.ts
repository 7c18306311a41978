import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../src/core/errors';
import { matchWeights, readWeights } from '../../../src/models';
import { readHdf5 } from '../../../src/models/weights/hdf5';
import type { tf } from '../../../src/tensorflow';
import { temporaryFolder } from '../../folders';
import { everyFormat, legacyTorch, tinyArrays, tinyModel, zip, zippedTorch } from './samples';

/** HDF5 files are read in a thread of their own, which takes a while to start: fewer of them are tried. */
const runsFor = (format: string) => (format.includes('Keras') ? 40 : 400);

/** No array of the model has a tenth of this, and no file may make the reader take much more. */
const LIMIT = 100_000;

describe('a file of weights in any format', () => {
  const folder = temporaryFolder();
  let model: tf.LayersModel;
  let files: Record<string, string>;

  before(async () => {
    files = await everyFormat(join(folder, 'whole'));
    model = tinyModel();
  });

  const write = (name: string, content: Buffer | string) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  it('gives the same arrays', async () => {
    for (const [format, file] of Object.entries(files)) {
      const arrays = matchWeights(model, await readWeights(file, LIMIT), file);
      for (const [name, { shape, data }] of tinyArrays) {
        assert.deepEqual(arrays.get(name)?.shape, shape, `${format}: ${name}`);
        assert.deepEqual(arrays.get(name)?.data, data, `${format}: ${name}`);
      }
    }
  });

  it('is answered, however it is cut or changed, with arrays or an error of one line that names it', async () => {
    copyFileSync(join(dirname(files["Keras's legacy .h5"]!), 'weights.bin'), join(folder, 'weights.bin'));
    const before = process.memoryUsage().rss;
    let refused = 0;
    for (const [format, whole] of Object.entries(files)) {
      const original = readFileSync(whole);
      const flips = fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(7)), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(flips, fc.option(fc.nat(original.length - 1), { freq: 3 }), async (bits, end) => {
          const bytes = Buffer.from(original.subarray(0, end ?? original.length));
          for (const [at, bit] of bits) if (at < bytes.length) bytes[at]! ^= 1 << bit;
          const file = write(`damaged${extname(whole)}`, bytes);
          try {
            matchWeights(model, await readWeights(file, LIMIT), file);
          } catch (error) {
            assert.ok(error instanceof UserError, `${format}: ${error instanceof Error ? error.stack : error}`);
            assert.ok(error.message.includes(file), `${format}: ${error.message}`);
            assert.doesNotMatch(error.message, /\n/);
            refused++;
          }
        }),
        { numRuns: runsFor(format), seed: 11 },
      );
    }
    assert.ok(refused > 500);
    assert.ok(process.memoryUsage().rss - before < 1e9, 'memory grew');
  }).timeout(120_000);

  it('that asks for a class is refused by the name of that class, and nothing of it runs', async () => {
    const trap = join(folder, 'trap');
    const hostile = `X\x04\0\0\0evilcos\nsystem\n(X${String.fromCharCode(trap.length + 6)}\0\0\0touch ${trap}tR`;
    for (const content of [zippedTorch(hostile), legacyTorch(hostile)]) {
      const file = write('hostile.pth', content);
      await assert.rejects(readWeights(file), /hostile\.pth: the file asks for 'os\.system'.*not run/);
    }
    assert.throws(() => readFileSync(trap));
  });

  it('that would unpack to more than the model holds is refused before it is unpacked', async () => {
    const bomb = zip({ 'model.weights.h5': Buffer.alloc(200_000_000) }, { deflate: true });
    assert.ok(bomb.length < 300_000);
    const before = process.memoryUsage().rss;
    await assert.rejects(readWeights(write('bomb.keras', bomb), LIMIT), /would unpack to 200000000 bytes, more than/);
    const liar = zip({ 'model.weights.h5': Buffer.alloc(200_000_000) }, { deflate: true, lie: 1000 });
    await assert.rejects(readWeights(write('liar.keras', liar), LIMIT), /'model\.weights\.h5' is damaged/);
    const torch = zip({ 'a/data.pkl': Buffer.alloc(200_000_000) }, { deflate: true });
    await assert.rejects(readWeights(write('bomb.pth', torch), LIMIT), /would unpack to 200000000 bytes/);
    assert.ok(process.memoryUsage().rss - before < 4e8);
  });

  it('that says it holds more than the model has room for is refused', async () => {
    for (const [format, file] of Object.entries(files)) {
      await assert.rejects(readWeights(file, 100), UserError, format);
    }
  });

  it('that leads its reader in circles is given up after a time', async () => {
    const content = readFileSync(files["Keras's legacy .h5"]!);
    await assert.rejects(readHdf5(content, 'slow.h5', { seconds: 0.001 }), /slow\.h5 .* no end after 0\.001 seconds/);
  });

  it('of another kind is refused with the kinds that are read', async () => {
    for (const content of ['', 'x', 'GIF89a', '\0'.repeat(100)]) {
      await assert.rejects(readWeights(write('other', content)), /other is in no known format: expected Keras/);
    }
    await assert.rejects(readWeights(folder), /is a folder without a model\.json/);
  });

  it('without a layer, or with one too many, is refused by its name', async () => {
    const arrays = new Map(tinyArrays);
    arrays.delete('norm/gamma');
    assert.throws(
      () => matchWeights(model, { kind: 'named', arrays }, 'the file'),
      /the file has no weights 'norm\/gamma', which tiny needs/,
    );
    const saved = await readWeights(files["Keras's legacy .h5"]!);
    assert.ok(saved.kind === 'ordered');
    assert.throws(
      () => matchWeights(model, { kind: 'ordered', layers: saved.layers.slice(0, 1) }, 'the file'),
      /ends after 1 layers with weights; it has none for layer 2 with weights, 'norm' of tiny/,
    );
    assert.throws(
      () => matchWeights(model, { kind: 'ordered', layers: [...saved.layers, saved.layers[0]!] }, 'the file'),
      /has a layer 'conv' with weights that tiny has no place for/,
    );
  });
});
