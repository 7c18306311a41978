import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../src/core/errors';
import { matchWeights, readWeights } from '../../../src/models';
import { readHdf5 } from '../../../src/models/weights/hdf5';
import type { tf } from '../../../src/tensorflow';
import { temporaryFolder } from '../../folders';
import { everyFormat, legacyTorch, tinyArrays, tinyModel, zip, zippedTorch } from './samples';

/** HDF5 files are read in a separate process, which is slow to start, so fewer of them are tried. */
const runsFor = (format: string) => (format.includes('Keras') ? 20 : 400);

/** A limit on memory: each array of the model is smaller than a tenth of it, so no file may make the reader use much more. */
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

  it('gives arrays, or a one-line error that names it, however it is cut or changed', async () => {
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

  it('of numbers that were changed is refused, because the checksum in the file says so', async () => {
    const whole = readFileSync(files["torch's zip"]!);
    const at = whole.indexOf(Buffer.from(new Float32Array(tinyArrays.values().next().value!.data.slice(0, 4)).buffer));
    assert.ok(at > 0);
    const bytes = Buffer.from(whole);
    bytes.fill(0, at, at + 16);
    const file = write('zeros.pth', bytes);
    await assert.rejects(readWeights(file, LIMIT), (error: Error) => {
      assert.match(error.message, /zeros\.pth.*is damaged, as its checksum says: copy or download the file again/);
      return error instanceof UserError;
    });
  });

  it('that names a class is refused with the name of that class, and none of its code runs', async () => {
    const trap = join(folder, 'trap');
    const hostile = `X\x04\0\0\0evilcos\nsystem\n(X${String.fromCharCode(trap.length + 6)}\0\0\0touch ${trap}tR`;
    for (const content of [zippedTorch(hostile), legacyTorch(hostile)]) {
      const file = write('hostile.pth', content);
      await assert.rejects(readWeights(file), /hostile\.pth: the file asks for 'os\.system'.*not run/);
    }
    assert.throws(() => readFileSync(trap));
  });

  it('that would unpack to more than the model needs is refused before it is unpacked', async () => {
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

  it('is limited in total, not array by array', async () => {
    const count = 500_000;
    const names = Array.from({ length: 40 }, (_, i) => i);
    const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
    const number = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(value);
      return `J${bytes.toString('latin1')}`;
    };
    const tensor = (name: number, storage: number) =>
      `${text(`t${name}`)}ctorch._utils\n_rebuild_tensor_v2\n((${text('storage')}ctorch\nFloatStorage\n${text(String(storage))}` +
      `${text('cpu')}${number(count)}tQK\0${number(count)}\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR`;
    const bomb = (storageOf: (i: number) => number, storages: number[]) => {
      const pickle = Buffer.from(`\x80\x02}(${names.map((i) => tensor(i, storageOf(i))).join('')}u.`, 'latin1');
      const data = storages.map((i): [string, Buffer] => [`a/data/${i}`, Buffer.alloc(4 * count)]);
      return zip({ 'a/data.pkl': pickle, ...Object.fromEntries(data) }, { deflate: true });
    };
    const before = process.memoryUsage().rss;
    for (const content of [bomb((i) => i, names), bomb(() => 0, [0])]) {
      assert.ok(content.length < 200_000);
      // 80 MB in total, 2 MB each: without a limit, and with the limit of the largest backbone
      for (const limit of [undefined, 4e7]) {
        await assert.rejects(
          readWeights(write('sum.pth', content), limit),
          /sum\.pth: the torch file's tensors have 80000000 bytes, .* more than the \d+ that can be right/,
        );
      }
    }
    assert.ok(process.memoryUsage().rss - before < 1e8);
  });

  it('whose pickle is large, deep or grows exponentially is refused quickly', async () => {
    const torch = (pickle: string) => zip({ 'a/data.pkl': Buffer.from(pickle, 'latin1') });
    // a list of two lists of two lists ...: written out it would have 2^60 parts
    const folded = `]q\0${Array.from({ length: 60 }, (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join('')}`;
    const cases = [
      `\x80\x02${folded}${folded}\x93.`,
      `\x80\x02}(${folded}K\x01u.`,
      `\x80\x02${']'.repeat(3_000_000)}.`,
      `\x80\x02X${'\xff\xff\xff\x00'}${'x'.repeat(2 ** 24)}.`,
      `\x80\x02c${'x'.repeat(2 ** 22)}`,
    ];
    for (const pickle of cases) {
      await assert.rejects(readWeights(write('folded.pth', torch(pickle))), (error: Error) => {
        assert.ok(error instanceof UserError, error.stack);
        assert.ok(error.message.length < 500, error.message.slice(0, 500));
        return true;
      });
    }
  });

  it('must be a plain file, not a device or a pipe', async () => {
    await assert.rejects(readWeights('/dev/zero'), /\/dev\/zero cannot be read: it is no plain file/);
    const link = join(folder, 'link.pth');
    symlinkSync('/dev/zero', link);
    await assert.rejects(readWeights(link), /it is no plain file/);
  });

  it('with a header that is not a table, or is nested too deeply, is refused', async () => {
    for (const header of [
      '{"a":null}',
      '{"a":7}',
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      '{"a":{"dtype":"F32"}}',
    ]) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      const file = write('odd.safetensors', Buffer.concat([length, Buffer.from(header)]));
      await assert.rejects(
        readWeights(file),
        (error: Error) => error instanceof UserError && error.message.length < 500,
      );
    }
  });

  it('that declares more than the model needs is refused', async () => {
    for (const [format, file] of Object.entries(files)) {
      await assert.rejects(readWeights(file, 100), UserError, format);
    }
  });

  it('that makes its reader loop for ever is given up after a time limit', async () => {
    const content = readFileSync(files["Keras's legacy .h5"]!);
    await assert.rejects(readHdf5(content, 'slow.h5', { seconds: 0.001 }), /slow\.h5 .* no end after 0\.001 seconds/);
  });

  it('in another format is refused with a list of the supported formats', async () => {
    for (const content of ['', 'x', 'GIF89a', '\0'.repeat(100)]) {
      await assert.rejects(readWeights(write('other', content)), /other is in no known format: expected Keras/);
    }
    await assert.rejects(readWeights(folder), /is a folder without a model\.json/);
  });

  it('with a missing or an additional layer is refused with the name of the layer', async () => {
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
