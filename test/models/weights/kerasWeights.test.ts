import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hashOfFile } from '../../../src/core/download';
import { backboneEntry, loadBackbone, readSafetensors } from '../../../src/models';
import type { KerasFiles } from '../../../src/models/backboneEntry';
import { weightsFile } from '../../../src/models/registry';
import { fetchKerasWeights } from '../../../src/models/weights/kerasWeights';
import { temporaryFolder, withEmptyCache } from '../../folders';
import { serve, type TestServer } from '../../server';
import { writeRandomWeights } from '../keras-h5';

const NAME = 'mobilenet-v1-0.25';
const entry = backboneEntry(NAME);
const weights = entry.weights as KerasFiles;

/** A fresh machine: an empty cache, an empty folder of Keras, and a server that has Keras's files. */
async function machine(work: (folders: { keras: string; cache: string }) => Promise<void>, address: string) {
  const before = { KERAS_HOME: process.env.KERAS_HOME, MIRROR: process.env.TUNEBOOK_WEIGHTS_MIRROR };
  const keras = temporaryFolder();
  process.env.KERAS_HOME = keras;
  process.env.TUNEBOOK_WEIGHTS_MIRROR = address;
  try {
    await withEmptyCache((cache) => work({ keras: join(keras, 'models'), cache }));
  } finally {
    restore('KERAS_HOME', before.KERAS_HOME);
    restore('TUNEBOOK_WEIGHTS_MIRROR', before.MIRROR);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

describe("Keras's files of ImageNet weights", () => {
  const folder = temporaryFolder();
  const noTop = join(folder, weights.noTop.file);
  const top = join(folder, weights.top.file);
  let server: TestServer;
  let content: Buffer;

  before(async () => {
    await writeRandomWeights(noTop, NAME, false);
    await writeRandomWeights(top, NAME, true);
    content = readFileSync(noTop);
    server = await serve(() => content);
  });
  beforeEach(() => {
    content = readFileSync(noTop);
    server.requests.length = 0;
  });
  after(() => server.close());

  it('are downloaded and converted once, and then read from the cache', async () => {
    await machine(async ({ cache }) => {
      const progress: { task: string; done: number; total: number }[] = [];
      const listener = { onProgress: (event: (typeof progress)[number]) => void progress.push(event) };
      const { model, weightsHash } = await loadBackbone(NAME, { listener });
      assert.equal(model.getLayer('conv1').getWeights()[0]!.dataSync()[0]! !== 0, true);
      assert.deepEqual(server.requests, [{ path: `/${weights.noTop.file}`, from: 0 }]);
      assert.equal(progress.at(-1)?.task, 'download MobileNet, width 0.25');
      assert.equal(progress.at(-1)?.done, content.length);
      assert.deepEqual(readdirSync(join(cache, 'downloads')), []);
      assert.deepEqual(readdirSync(join(cache, 'weights')).sort(), [
        `${NAME}-notop.safetensors`,
        `${weights.noTop.file}.sha256`,
      ]);
      assert.equal((await loadBackbone(NAME)).weightsHash, weightsHash);
      assert.equal(server.requests.length, 1);
    }, server.address);
  });

  it('have their source and its hash stored in the cache', async () => {
    await machine(async () => {
      await loadBackbone(NAME);
      const { notes } = readSafetensors(weightsFile(entry, { includeTop: false }));
      assert.equal(notes.origin, weights.noTop.file);
      assert.equal(notes.originSha256, await hashOfFile(noTop, 'sha256'));
      assert.equal(notes.licence, 'Apache-2.0');
    }, server.address);
  });

  it("are read from Keras's own folder without a network, also from the file with the top if no top is needed", async () => {
    await machine(async ({ keras }) => {
      mkdirSync(keras, { recursive: true });
      copyFileSync(top, join(keras, weights.top.file));
      const { model } = await loadBackbone(NAME);
      assert.deepEqual(model.outputs[0]!.shape, [null, 256]);
      const withTop = await loadBackbone(NAME, { includeTop: true });
      assert.deepEqual(withTop.model.outputs[0]!.shape, [null, 1000]);
      assert.equal(server.requests.length, 0);
      assert.ok(existsSync(join(keras, weights.top.file)), "Keras's file is not removed");
    }, server.address);
  });

  it('are described without a network: the file, its source, and where to put it', async () => {
    const gone = await serve(() => content);
    gone.close();
    await machine(async ({ keras, cache }) => {
      const started = performance.now();
      await assert.rejects(loadBackbone(NAME), (error: Error) => {
        assert.equal(error.name, 'UserError');
        assert.match(error.message, /cannot be downloaded: .*REFUSED/);
        assert.match(error.message, /mobilenet_2_5_224_tf_no_top\.h5, from http/);
        assert.ok(error.message.includes(`put it into ${keras}`));
        return true;
      });
      assert.ok(performance.now() - started < 30_000);
      assert.deepEqual(readdirSync(join(cache, 'weights')), []);
    }, gone.address);
  }).timeout(40_000);

  it('are refused if their hash differs, and nothing is cached', async () => {
    const hashed: KerasFiles = { ...weights, noTop: { ...weights.noTop, md5: '0'.repeat(32) } };
    await machine(async ({ keras, cache }) => {
      await assert.rejects(
        fetchKerasWeights(entry, hashed, { includeTop: false }),
        /is not the mobilenet_2_5_224_tf_no_top\.h5 that was expected: its MD5 is [0-9a-f]{32}, expected 0{32}/,
      );
      mkdirSync(keras, { recursive: true });
      copyFileSync(noTop, join(keras, weights.noTop.file));
      await assert.rejects(
        fetchKerasWeights(entry, hashed, { includeTop: false }),
        /no_top\.h5 is not the file that Keras publishes: its MD5 is [0-9a-f]{32}/,
      );
      assert.equal(existsSync(join(cache, 'weights')), false);
    }, server.address);
  });

  it('of another architecture are refused by the first layer that differs, and nothing is cached', async () => {
    const other = join(temporaryFolder(), 'other.h5');
    await writeRandomWeights(other, 'mobilenet-v1-0.50', false);
    content = readFileSync(other).subarray(0);
    const large = { ...entry, parameters: 2_000_000 }; // with the same size, so that only the content differs
    await machine(async ({ cache }) => {
      await assert.rejects(
        fetchKerasWeights(large, weights, { includeTop: false }),
        /'conv1\/kernel' has the shape \[3,3,3,16\], mobilenet_0\.25 needs \[3,3,3,8\]/,
      );
      assert.deepEqual(readdirSync(join(cache, 'downloads')), []);
      assert.equal(existsSync(join(cache, 'weights')), false);
    }, server.address);
  });

  it('are refused if they are incomplete, and nothing is cached', async () => {
    content = readFileSync(noTop).subarray(0, 500_000);
    await machine(async ({ cache }) => {
      await assert.rejects(loadBackbone(NAME), /no readable HDF5 file of weights: it is damaged or cut short/);
      assert.deepEqual(readdirSync(join(cache, 'downloads')), []);
      assert.deepEqual(readdirSync(join(cache, 'weights')), []);
    }, server.address);
  });

  it('without a published hash are compared with the first file that fitted', async () => {
    await machine(async ({ cache, keras }) => {
      const right = content;
      content = Buffer.from('<html>sign in to this network</html>');
      await assert.rejects(loadBackbone(NAME), /is no readable|in no known format/);
      content = right; // a file that did not fit does not count as the first
      await loadBackbone(NAME);
      const record = join(cache, 'weights', `${weights.noTop.file}.sha256`);
      assert.equal(readFileSync(record, 'utf8').trim(), await hashOfFile(noTop, 'sha256'));
      const converted = weightsFile(entry, { includeTop: false });
      rmSync(converted);
      await loadBackbone(NAME);
      rmSync(converted);
      content = Buffer.from(right);
      content[content.length >> 1]! ^= 1; // one number of a kernel is changed, so that the file would still fit
      const other =
        /its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}.* it has no published hash.* is in .*\.sha256: .* delete/;
      await assert.rejects(loadBackbone(NAME), other);
      mkdirSync(keras, { recursive: true });
      writeFileSync(join(keras, weights.noTop.file), content);
      await assert.rejects(loadBackbone(NAME), other);
      assert.equal(existsSync(converted), false);
      rmSync(record);
      await loadBackbone(NAME); // as the message advises
    }, server.address);
  });

  it('without a published hash are downloaded over https only', async () => {
    await machine(async () => {
      await assert.rejects(loadBackbone(NAME), /it has no published hash, and http:\/\/mirror\.invalid is not https/);
    }, 'http://mirror.invalid');
    const sends = createServer((_, response) => {
      response.writeHead(302, { Location: 'http://mirror.invalid/weights.h5' }).end();
    });
    await new Promise<void>((resolve) => sends.listen(0, '127.0.0.1', resolve));
    await machine(
      async () => {
        await assert.rejects(loadBackbone(NAME), /it has no published hash, and http:\/\/mirror\.invalid is not https/);
      },
      `http://127.0.0.1:${(sends.address() as AddressInfo).port}`,
    );
    sends.close();
  });

  it('are not downloaded completely if they are too large', async () => {
    content = Buffer.alloc(40_000_000);
    await machine(async () => {
      await assert.rejects(loadBackbone(NAME), /has more than the \d+ bytes that were expected/);
    }, server.address);
  });

  it('are downloaded once by several processes', async () => {
    await machine(async () => {
      const script = `require(${JSON.stringify(require.resolve('../../../src/models'))}).loadBackbone('${NAME}').then(b => console.log(b.weightsHash))`;
      const outputs = await Promise.all(
        [1, 2].map(
          () =>
            new Promise<string>((resolve) => {
              const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
              let said = '';
              child.stdout.on('data', (text: Buffer) => {
                said += text.toString();
              });
              child.on('close', () => resolve(said.trim().split('\n').at(-1)!));
            }),
        ),
      );
      assert.match(outputs[0]!, /^[0-9a-f]{64}$/);
      assert.equal(outputs[0], outputs[1]);
      assert.equal(server.requests.length, 1);
    }, server.address);
  });

  it('can be any file: `weights` names it', async () => {
    const { model, weightsHash } = await loadBackbone(NAME, { weights: top, includeTop: true });
    assert.equal(weightsHash, await hashOfFile(top, 'sha256'));
    assert.deepEqual(model.outputs[0]!.shape, [null, 1000]);
    const { model: features } = await loadBackbone(NAME, { weights: top });
    assert.deepEqual(features.outputs[0]!.shape, [null, 256]);
    await assert.rejects(loadBackbone(NAME, { weights: `${top}x` }), /there is no file of weights/);
  });
});
