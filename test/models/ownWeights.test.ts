import assert from 'node:assert/strict';
import { cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hashOfFile } from '../../src/core/download';
import { imageFolder } from '../../src/data';
import { type BackboneData, backboneLabel, checkBackbone, loadBackbone } from '../../src/models';
import { writeSafetensors } from '../../src/models/weights/safetensors';
import { openRun, saveRun } from '../../src/runs';
import { tf } from '../../src/tensorflow';
import { completeSettings, train } from '../../src/training';
import { temporaryFolder, withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';
import { NAME, preprocessing, registerSmall, tensors } from './smallFamily';

const featuresOf = (model: tf.LayersModel): number[] =>
  tf.tidy(() => {
    const [, height, width, channels] = model.inputs[0]!.shape as [null, number, number, number];
    const x = tf
      .range(0, height * width)
      .reshape([1, height, width, 1])
      .sin()
      .tile([1, 1, 1, channels]);
    return [...(model.predict(x) as tf.Tensor).dataSync()];
  });

const close = (a: readonly number[], b: readonly number[]) =>
  assert.ok(
    a.every((value, i) => Math.abs(value - b[i]!) < 1e-5),
    `${a} and ${b}`,
  );

describe('a backbone with weights of its own', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const file = join(folder, 'mine.safetensors');
  let removeSmall: () => void;
  const data: BackboneData = { architecture: NAME, weights: file };

  before(() => {
    removeSmall = registerSmall();
    writeSafetensors(file, tensors());
  });
  after(() => removeSmall());

  it("is an architecture and a file: PyTorch's names lead to its network, its preprocessing and the hash of the file", async () => {
    const { model, entry, weightsHash } = await loadBackbone(data);
    assert.equal(weightsHash, await hashOfFile(file, 'sha256'));
    assert.deepEqual(entry.preprocessing.mean, [10, 20, 30]);
    assert.deepEqual(model.getLayer('conv1').outputShape, [null, 15, 15, 4]); // 'valid', as PyTorch's network has it
    const nested = join(folder, 'nested.safetensors');
    writeSafetensors(nested, tensors('module.model.encoder.'));
    const again = await loadBackbone({ ...data, weights: nested, preprocessing: { mean: [1, 2, 3], inputSize: 48 } });
    assert.deepEqual(again.entry.preprocessing, { ...preprocessing, mean: [1, 2, 3], inputSize: 48 });
    const same = await loadBackbone({ ...data, weights: nested });
    assert.deepEqual(featuresOf(same.model), featuresOf(model));
    for (const each of [model, again.model, same.model]) each.dispose();
  });

  it('is refused if a number of its weights is not finite, as all pictures would get the same features', async () => {
    for (const [name, value] of [
      ['nan', Number.NaN],
      ['overflow', Number.POSITIVE_INFINITY],
    ] as const) {
      const arrays = tensors();
      const [tensor, { data: numbers, shape }] = [...arrays].find(([, each]) => each.shape.length === 4)!;
      const changed = Float32Array.from(numbers);
      changed[3] = value;
      const broken = join(folder, `${name}.safetensors`);
      writeSafetensors(broken, arrays.set(tensor, { data: changed, shape }));
      await assert.rejects(
        loadBackbone({ ...data, weights: broken }),
        new RegExp(`${name}\\.safetensors has ${value} in '.*/kernel': its training diverged, or`),
      );
    }
  });

  it('takes pictures of other channels: first kernels are summed or repeated', async () => {
    const [gray, five, color] = [
      await loadBackbone({ ...data, inputChannels: 1 }),
      await loadBackbone({ ...data, inputChannels: 5 }),
      await loadBackbone(data),
    ];
    close(featuresOf(gray.model), featuresOf(color.model)); // three equal channels are as one whose kernels are summed
    assert.deepEqual(five.model.inputs[0]!.shape, [null, 32, 32, 5]);
    const kernel = five.model.getLayer('conv1').getWeights()[0]!;
    const original = color.model.getLayer('conv1').getWeights()[0]!;
    close(
      [...kernel.slice([0, 0, 3, 0], [1, 1, 1, 4]).dataSync()],
      [
        ...original
          .slice([0, 0, 0, 0], [1, 1, 1, 4])
          .mul(3 / 5)
          .dataSync(),
      ],
    );
    const one = join(folder, 'one.safetensors');
    writeSafetensors(one, tensors('', 1));
    const fromGray = await loadBackbone({ ...data, weights: one });
    const asGray = await loadBackbone({ ...data, weights: one, inputChannels: 1 });
    close(featuresOf(fromGray.model), featuresOf(asGray.model));
  });

  it('is checked before any work: the message says what is expected', () => {
    const refused = (value: unknown, why: RegExp) => assert.throws(() => checkBackbone('train', value), why);
    refused({ weights: file }, /^UserError: train: backbone needs an architecture/);
    refused({ architecture: 'resnet5' }, /unknown backbone 'resnet5'/);
    refused({ architecture: NAME, wights: file }, /unknown option 'wights'; the options are architecture, weights/);
    refused({ architecture: NAME, preprocessing: { mean: [1, 2] } }, /preprocessing\.mean is a list of 3 numbers/);
    refused({ architecture: NAME, preprocessing: { std: [1, 0, 1] } }, /3 positive numbers/);
    refused({ architecture: NAME, inputChannels: 0 }, /inputChannels must be a whole number >= 1/);
    refused(7, /backbone is a name, hf:\/\/OWNER\/MODEL, or \{ architecture, weights \}, got 7/);
    refused('hf://nobody', /is no address on Hugging Face's hub/);
    refused('hf://me/my-model', /does not say which architecture/);
    assert.deepEqual(checkBackbone('train', 'hf://me/small_net.v2'), {
      architecture: NAME,
      weights: 'hf://me/small_net.v2',
    });
    assert.deepEqual(completeSettings({ backbone: data }).backbone, data);
    assert.equal(backboneLabel(data), `${NAME} with mine.safetensors`);
  });

  it('is in the run, which finds its weights beside it, or says which file it needs by its hash', async () => {
    const result = await train(imageFolder(await stripesFolder(6)), {
      backbone: data,
      epochs: 2,
      seed: 1,
      cache: false,
    });
    const run = join(folder, 'runs', 'first');
    mkdirSync(join(folder, 'runs'));
    await saveRun(result, run);
    const first = await openRun(run);
    assert.deepEqual(first.network.entry.preprocessing.mean, [10, 20, 30]);
    first.dispose();
    const hash = await hashOfFile(file, 'sha256');
    renameSync(file, join(folder, 'away'));
    await assert.rejects(openRun(run), (error: Error) => {
      assert.match(error.message, /there is no file of weights .*mine\.safetensors/);
      assert.ok(error.message.includes(hash) && error.message.includes('TUNEBOOK_WEIGHTS'), error.message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
    writeSafetensors(join(folder, 'runs', 'mine.safetensors'), tensors('other.')); // of the same name, but others
    await assert.rejects(openRun(run), /there is no file of weights/);
    cpSync(join(folder, 'away'), join(run, 'mine.safetensors'));
    (await openRun(run)).dispose();
    renameSync(join(folder, 'away'), file);
  });

  it('is a run: what it trained, or what its frozen backbone had', async () => {
    const pictures = imageFolder(await stripesFolder(6));
    const run = join(folder, 'whole');
    const options = { backbone: data, epochs: 1, seed: 1, cache: false } as const;
    await saveRun(
      await train(pictures, { ...options, variant: 'fine-tune-all', batchNormalization: 'inference' }),
      run,
    );
    const { model, entry } = await loadBackbone({ architecture: NAME, weights: run });
    assert.deepEqual(model.getLayer('conv1').outputShape, [null, 15, 15, 4]);
    assert.deepEqual(entry.preprocessing.mean, [10, 20, 30]);
    const trained = await openRun(run);
    assert.deepEqual(
      [...model.getLayer('conv1').getWeights()[0]!.dataSync()],
      [...trained.network.model.getLayer('conv1').getWeights()[0]!.dataSync()],
    );
    trained.dispose();
  });

  it("is a model of Hugging Face's hub: downloaded once, with what its config.json says of pictures", async () => {
    const config = {
      architecture: 'small_net',
      pretrained_cfg: {
        input_size: [3, 40, 40],
        crop_pct: 0.9,
        interpolation: 'bicubic',
        mean: [0.5, 0.5, 0.5],
        std: [0.25, 0.25, 0.25],
      },
    };
    const safetensors = join(folder, 'hub.safetensors');
    writeSafetensors(safetensors, tensors());
    const requests: string[] = [];
    const content = (path: string): Buffer | undefined => {
      if (path === '/me/small_net.v1/resolve/main/config.json') return Buffer.from(JSON.stringify(config));
      return path === '/cdn/weights' ? require('node:fs').readFileSync(safetensors) : undefined;
    };
    const server: Server = createServer((request, response) => {
      requests.push(request.url!);
      // the hub sends on to another server for large files
      if (request.url!.endsWith('/model.safetensors'))
        return response.writeHead(302, { Location: '/cdn/weights' }).end();
      const body = content(request.url!);
      return body
        ? response.writeHead(200, { 'Content-Length': body.length }).end(body)
        : response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const before = process.env.HF_ENDPOINT;
    process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await withEmptyCache(async () => {
        for (let i = 0; i < 2; i++) {
          const { entry, model } = await loadBackbone('hf://me/small_net.v1');
          const { inputSize, crop, interpolation, mean, std } = entry.preprocessing;
          assert.deepEqual([inputSize, crop, interpolation], [40, 0.9, 'bicubic']);
          assert.deepEqual(
            [mean, std],
            [
              [127.5, 127.5, 127.5],
              [63.75, 63.75, 63.75],
            ],
          );
          model.dispose();
        }
        assert.equal(requests.length, 3);
        await assert.rejects(
          loadBackbone({ architecture: NAME, weights: 'hf://me/other' }),
          /answers 404.*HF_ENDPOINT$/,
        );
      });
    } finally {
      server.close();
      if (before === undefined) delete process.env.HF_ENDPOINT;
      else process.env.HF_ENDPOINT = before;
    }
  });

  it('is never taken from an address that is not https, or from what is no file', async () => {
    const refused = (weights: string, why: RegExp) => assert.rejects(loadBackbone({ ...data, weights }), why);
    await refused('http://example.org/w.pth', /not https/);
    await refused('ftp://example.org/w.pth', /is no https address/);
    await refused('/dev/zero', /it is no plain file/);
    await refused(temporaryFolder(), /is a folder without model\.json/);
    const odd = join(temporaryFolder(), 'config.json');
    writeFileSync(odd, '{"settings":{"backbone":7}}');
    await refused(odd, /is no readable TensorFlow\.js model|in no known format/);
  });
});
