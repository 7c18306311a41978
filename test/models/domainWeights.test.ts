import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { compareBackbones, domainHint, recommendBackbone } from '../../src/analysis/advise';
import { main } from '../../src/cli/main';
import { hashOfFile } from '../../src/core/download';
import { projectFolder } from '../../src/core/paths';
import { imageFolder } from '../../src/data';
import type { DomainSimilarity } from '../../src/features';
import { backboneLabel, backbones, checkBackbone, checkDomain, domains, loadBackbone } from '../../src/models';
import { type DomainWeights, domainWeights, domainWeightsOf } from '../../src/models/domainWeights';
import { writeSafetensors } from '../../src/models/weights/safetensors';
import { modelCard } from '../../src/runs/export/modelCard';
import { tf } from '../../src/tensorflow';
import { completeSettings } from '../../src/training';
import { temporaryFolder, withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';
import { stateOf } from './torchNetworks';

/** A file of weights with a formula, by the names of a library; the first kernels are for so many channels. */
function weightsFileOf(fixture: string, channels: number, first: string): string {
  const recorded = JSON.parse(readFileSync(join(projectFolder, 'test', 'models', 'torch', `${fixture}.json`), 'utf8'));
  const tensors = recorded.tensors
    .map((line: string) => (line.startsWith(`${first} `) ? line.replace(/ 3 7 7$/, ` ${channels} 7 7`) : line))
    .filter((line: string) => !/^(fc|classifier)\./.test(line));
  const file = join(temporaryFolder(), 'weights.safetensors');
  writeSafetensors(file, stateOf({ ...recorded, tensors }).arrays);
  return file;
}

/** A server that plays a host: it sends on to its files, as the hub and GitHub do. */
async function host(files: Record<string, string>): Promise<{ address: string; requests: string[]; close(): void }> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url!;
    requests.push(path);
    const moved = path.startsWith('/cdn/') ? path.slice('/cdn'.length) : undefined;
    const file = files[moved ?? path];
    if (file === undefined) return response.writeHead(404).end();
    if (moved === undefined) return response.writeHead(302, { Location: `/cdn${path}` }).end();
    const body = readFileSync(file);
    return response.writeHead(200, { 'Content-Length': body.length, ETag: '"1"' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address, requests, close };
}

/** Run `work` with other environment variables. */
async function withEnvironment<T>(values: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = Object.fromEntries(Object.keys(values).map((key) => [key, process.env[key]]));
  Object.assign(process.env, values);
  try {
    return await work();
  } finally {
    for (const [key, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  }
}

/** The path of an address on its host. */
const pathOf = ({ address }: DomainWeights) => new URL(address).pathname;
const hubPath = ({ address }: DomainWeights, file: string) => {
  const [, model, revision] = /^hf:\/\/([^@]+)@(\w+)$/.exec(address)!;
  return `/${model}/resolve/${revision}/${file}`;
};
const of = (name: string) => domainWeightsOf(name)!;

/** Published under one address, without a hash that is known: that of the first file is kept. */
const unpinned = ['convnext-tiny-in12k', 'convnext-small-in12k', 'convnext-base-in22k', 'convnext-base-clip'];

describe('weights of domains', function () {
  this.timeout(300_000);

  it('have an architecture, a licence that allows commercial use, a fixed version, and values for each channel', () => {
    assert.deepEqual([...new Set(domainWeights.map(({ domain }) => domain))], Object.keys(domains));
    for (const { name, title, architecture, licence, address, inputChannels, preprocessing, sha256 } of domainWeights) {
      assert.ok(title.startsWith(backbones[architecture].title), title);
      assert.ok(!Object.hasOwn(backbones, name));
      assert.match(licence, /^(Apache-2\.0|CC-BY-4\.0)$/);
      // a commit, a release, or the hash of the file
      assert.equal(
        /@[0-9a-f]{40}$|\/resolve\/[0-9a-f]{40}\/|\/releases\/download\//.test(address) || sha256?.length === 64,
        !unpinned.includes(name),
        name,
      );
      assert.deepEqual([preprocessing.mean.length, preprocessing.std.length], [inputChannels, inputChannels]);
      const checked = checkBackbone('train', name);
      assert.equal(backboneLabel(checked), name);
      assert.deepEqual(completeSettings({ backbone: name }).backbone, checked);
    }
  });

  it('are named by errors about unknown names and domains', () => {
    assert.throws(
      () => checkBackbone('train', 'densnet121-xray'),
      /with other weights densenet121-xray, .*did you mean 'densenet121-xray'/,
    );
    assert.throws(
      () => checkDomain('advise', 'x-ray'),
      /^UserError: advise: unknown domain "x-ray"; the domains are xray, satellite, histology, birds, photos \(did you mean 'xray'\?\)$/,
    );
  });

  it('are downloaded from their hosts once, with redirects, and get their own channels and range', async () => {
    const xray = of('densenet121-xray');
    const tissue = of('resnet18-histology');
    const config = join(temporaryFolder(), 'config.json');
    writeFileSync(config, JSON.stringify({ architecture: 'resnet18' }));
    const server = await host({
      [`/mirror/${basename(pathOf(xray))}`]: weightsFileOf('timm-densenet121', 1, 'features.conv0.weight'),
      [hubPath(tissue, 'model.safetensors')]: weightsFileOf('torchvision-resnet18', 3, 'conv1.weight'),
      [hubPath(tissue, 'config.json')]: config,
    });
    const environment = { HF_ENDPOINT: server.address, TUNEBOOK_WEIGHTS_MIRROR: `${server.address}/mirror` };
    try {
      await withEnvironment(environment, () =>
        withEmptyCache(async () => {
          for (let i = 0; i < 2; i++) {
            const { model, entry } = await loadBackbone('densenet121-xray');
            assert.deepEqual(model.inputs[0]!.shape, [null, 224, 224, 1]);
            const { mean, std, channels } = entry.preprocessing;
            const range = [0, 255].map((pixel) => Math.round((pixel - mean[0]!) / std[0]!));
            assert.deepEqual([range, channels], [[-1024, 1024], 1]);
            model.dispose();
          }
          const { model, entry } = await loadBackbone('resnet18-histology');
          assert.deepEqual([entry.preprocessing.std, entry.preprocessing.crop], [[255, 255, 255], 1]);
          model.dispose();
          const grey = await loadBackbone({
            ...(checkBackbone('train', 'resnet18-histology') as object),
            ...{ architecture: 'resnet18', inputChannels: 1, preprocessing: { mean: [0], std: [255] } },
          });
          assert.deepEqual(grey.model.inputs[0]!.shape, [null, 224, 224, 1]);
          grey.model.dispose();
        }),
      );
      assert.equal(server.requests.filter((path) => path.startsWith('/cdn')).length, 3);
    } finally {
      server.close();
    }
  });

  it('of 13 bands keep all their kernels, and what is not the published file is refused', async () => {
    const weights = of('resnet18-sentinel2') as DomainWeights & { sha256: string };
    const file = weightsFileOf('torchvision-resnet18', 13, 'conv1.weight');
    const server = await host({ [pathOf(weights)]: file });
    const published = weights.sha256;
    try {
      await withEnvironment({ HF_ENDPOINT: server.address }, () =>
        withEmptyCache(async () => {
          await assert.rejects(
            loadBackbone('resnet18-sentinel2'),
            /is not the file that was published: its SHA-256 is [0-9a-f]{64}, expected 59bfdff9/,
          );
          weights.sha256 = (await hashOfFile(file, 'sha256')).slice(0, 8);
          const { model, entry, unknownStatistics } = await loadBackbone('resnet18-sentinel2');
          assert.deepEqual(model.inputs[0]!.shape, [null, 224, 224, 13]);
          assert.deepEqual([entry.preprocessing.range, unknownStatistics], [[0, 10_000], true]);
          const kernel = model.getLayer('conv1').getWeights()[0]!;
          const recorded = JSON.parse(
            readFileSync(join(projectFolder, 'test', 'models', 'torch', 'torchvision-resnet18.json'), 'utf8'),
          );
          const theirs = stateOf({ ...recorded, tensors: ['conv1.weight 64 13 7 7'] }).arrays.get('conv1.weight')!;
          const expected = tf.tidy(() => tf.tensor(theirs.data, [64, 13, 7, 7]).transpose([2, 3, 1, 0]).dataSync());
          assert.deepEqual(kernel.dataSync(), expected);
          model.dispose();
        }),
      );
    } finally {
      weights.sha256 = published;
      server.close();
    }
  });

  it('of photos are read as the network that their library builds, from its releases and from the hub', async () => {
    const student = of('efficientnet-b0-noisy-student') as DomainWeights & { sha256: string };
    const files = ['timm-tf_efficientnet_b0', 'timm-convnext_tiny'].map((fixture) => weightsFileOf(fixture, 3, ''));
    const config = join(temporaryFolder(), 'config.json');
    writeFileSync(config, JSON.stringify({ architecture: 'convnext_tiny' }));
    const hubFolder = '/timm/convnext_tiny.in12k_ft_in1k/resolve/main';
    const server = await host({
      [`/mirror/${basename(pathOf(student))}`]: files[0]!,
      [`${hubFolder}/model.safetensors`]: files[1]!,
      [`${hubFolder}/config.json`]: config,
    });
    const published = student.sha256;
    student.sha256 = (await hashOfFile(files[0]!, 'sha256')).slice(0, 8);
    try {
      const environment = { HF_ENDPOINT: server.address, TUNEBOOK_WEIGHTS_MIRROR: `${server.address}/mirror` };
      await withEnvironment(environment, () =>
        withEmptyCache(async () => {
          for (const name of ['efficientnet-b0-noisy-student', 'convnext-tiny-in12k'] as const) {
            const { model, entry } = await loadBackbone(name);
            const { inputSize, crop, mean } = of(name).preprocessing;
            const { preprocessing } = entry;
            assert.deepEqual(
              [preprocessing.inputSize, preprocessing.crop, preprocessing.mean],
              [inputSize, crop, mean],
            );
            // TensorFlow's padding, not PyTorch's, which would be a layer of its own
            assert.ok(!model.layers.some((layer) => layer.getClassName() === 'ZeroPadding2D'), name);
            model.dispose();
          }
        }),
      );
    } finally {
      student.sha256 = published;
      server.close();
    }
  });

  it('that lie in the folder of the library are used from there', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'hub', 'checkpoints', basename(pathOf(of('densenet121-xray'))));
    mkdirSync(join(folder, 'hub', 'checkpoints'), { recursive: true });
    cpSync(weightsFileOf('timm-densenet121', 1, 'features.conv0.weight'), file);
    await withEnvironment({ TORCH_HOME: folder, TUNEBOOK_WEIGHTS_MIRROR: 'http://127.0.0.1:9' }, () =>
      withEmptyCache(async () => (await loadBackbone('densenet121-xray')).model.dispose()),
    );
  });

  it('are compared like any others; those that cannot be had, or take other channels, are named', async () => {
    const tissue = of('resnet18-histology');
    const config = join(temporaryFolder(), 'config.json');
    writeFileSync(config, '{}');
    const server = await host({
      [hubPath(tissue, 'model.safetensors')]: weightsFileOf('torchvision-resnet18', 3, 'conv1.weight'),
      [hubPath(tissue, 'config.json')]: config,
    });
    const root = await stripesFolder(6);
    try {
      await withEnvironment({ HF_ENDPOINT: server.address }, async () => {
        const comparison = await compareBackbones(imageFolder(root), [], {
          ...{ domain: 'histology', folds: 3, cache: false },
        });
        assert.deepEqual(
          comparison.backbones.map(({ name, domain, title }) => [name, domain, title]),
          [['resnet18', 'histology', 'ResNet-18 with histology']],
        );
        assert.deepEqual([...comparison.table.array('domain')], ['histology']);
        assert.deepEqual(
          comparison.leftOut.map(({ name }) => name),
          ['resnet50-histology'],
        );
        assert.match(comparison.leftOut[0]!.reason, /answers 404.*HF_ENDPOINT/);
        const { best } = await recommendBackbone({ pictures: 18, classes: 3, comparison, similarity: 0.1 });
        assert.deepEqual(
          [best.title, best.weights, best.variant],
          ['ResNet-18 with histology', 'here', 'feature-extraction'],
        );
        assert.doesNotMatch(best.reason, /unlike the photos/);
      });
    } finally {
      server.close();
    }
  });

  it('are offered by the command line for pictures unlike photos, and left out in one line', async () => {
    const root = await stripesFolder(5);
    const run = async (...more: string[]) => {
      const lines: string[] = [];
      const { write } = process.stdout;
      process.stdout.write = ((text: string) => lines.push(text) > 0) as typeof write;
      try {
        const code = await main(['advise', '--data', root, '--backbones', 'efficientnet-lite0', ...more]);
        return { code, text: lines.join('') };
      } finally {
        process.stdout.write = write;
      }
    };
    const nowhere = {
      HF_ENDPOINT: 'http://127.0.0.1:9',
      TUNEBOOK_WEIGHTS_MIRROR: 'http://127.0.0.1:9',
      TORCH_HOME: temporaryFolder(),
    };
    await withEnvironment(nowhere, async () => {
      const { hint, similarity } = JSON.parse((await run('--json')).text.trim().split('\n').at(-1)!);
      assert.equal(hint !== null, similarity.verdict !== 'similar');
      const { code, text } = await run('--domain', 'satellite');
      assert.equal(code, 0);
      assert.match(
        text,
        /^left out ResNet-50 with Sentinel-2, 13 bands: it takes 13 channels, .*give --input-channels 13$/m,
      );
      assert.match(
        text,
        /^left out ResNet-18 with Sentinel-2, red, green and blue: http:\/\/127\.0\.0\.1:9\/.* put the file into /m,
      );
      assert.match(text, /^1\. EfficientNet-Lite0: /m);
      assert.doesNotMatch(text, /--domain NAME/);
    });
  });

  it('are offered for pictures that look unlike photos, or have bands', () => {
    const like = (verdict: DomainSimilarity['verdict']) => ({ verdict }) as DomainSimilarity;
    assert.equal(domainHint(like('similar'), 3), undefined);
    assert.equal(domainHint(like('unknown'), 3), undefined);
    assert.match(domainHint(like('far'), 3)!, /--domain NAME .*: xray \(X-rays of the chest\); satellite \(/);
    assert.match(domainHint(like('unknown'), 13)!, /--domain NAME/);
    assert.doesNotMatch(domainHint(like('different'), 3)!, /\n/);
  });

  it('bring their licence and paper to the card of a model', () => {
    const settings = completeSettings({ backbone: 'resnet50-histology' });
    const configuration = {
      classes: ['a', 'b'],
      settings,
      data: { folder: '/x', validation: 2 },
      weightsHash: '',
      versions: {},
    };
    const { backbone, title } = modelCard(
      configuration as never,
      { accuracy: 1, loss: 0 } as never,
      {
        preprocessing: backbones.resnet50.preprocessing,
        files: [],
      } as never,
    );
    assert.deepEqual([backbone.name, backbone.licence], ['resnet50-histology', 'CC-BY-4.0']);
    assert.match(backbone.paper, /^Pocock et al\. 2022/);
    assert.match(title, /over ResNet-50 with histology$/);
  });
});
