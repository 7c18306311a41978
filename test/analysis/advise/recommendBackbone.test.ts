import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type DeviceSpeed, recommendBackbone } from '../../../src/analysis/advise';
import { type Candidate, rank, resolution } from '../../../src/analysis/advise/rank';
import { suitableVariant, trainingMinutes } from '../../../src/analysis/advise/trainingTime';
import { type BackboneName, backboneEntry, weightsAvailability } from '../../../src/models';
import { temporaryFolder, withEmptyCache } from '../../folders';
import { writeRandomWeights } from '../../models/keras-h5';
import { serve } from '../../server';

const slow: DeviceSpeed = { kind: 'CPU', name: 'two cores', dense: 100e9, depthwise: 40e9 };
const fast: DeviceSpeed = { kind: 'GPU', name: 'a GPU', dense: 20e12, depthwise: 4e12 };

/** With variables of the environment set. */
async function withEnvironment<T>(values: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** With a server that has all of Keras's files, and nothing on this machine. */
async function withMirror<T>(work: () => Promise<T>): Promise<T> {
  const server = await serve(() => Buffer.from('weights'));
  try {
    const environment = { TUNEBOOK_WEIGHTS_MIRROR: server.address, KERAS_HOME: temporaryFolder() };
    return await withEmptyCache(() => withEnvironment(environment, work));
  } finally {
    server.close();
  }
}

/** With a mirror that does not answer. */
const withoutNetwork = <T>(work: () => Promise<T>): Promise<T> =>
  withEmptyCache(() =>
    withEnvironment({ TUNEBOOK_WEIGHTS_MIRROR: 'http://127.0.0.1:9', KERAS_HOME: temporaryFolder() }, work),
  );

describe('whether weights are available', () => {
  it('says where they are: in the cache, in a file of Keras, on a server, or nowhere', async () => {
    assert.equal((await weightsAvailability(backboneEntry('efficientnet-lite0'))).from, 'cached');
    await withMirror(async () => {
      assert.equal((await weightsAvailability(backboneEntry('resnet50'))).from, 'network');
    });
    await withoutNetwork(async () => {
      const { from, detail } = await weightsAvailability(backboneEntry('resnet50'));
      assert.equal(from, 'missing');
      assert.match(detail, /no way to http.*resnet50.*notop\.h5 from here; put resnet50.*notop\.h5 into /);
      const models = join(process.env.KERAS_HOME!, 'models');
      mkdirSync(models);
      const small = backboneEntry('mobilenet-v1-0.25'); // has no hash in Keras's source
      const file = join(models, 'mobilenet_2_5_224_tf_no_top.h5');
      await writeRandomWeights(file, small.name, false);
      assert.deepEqual(await weightsAvailability(small), { from: 'here', detail: file });
      writeFileSync(file, 'another file');
      assert.match((await weightsAvailability(small)).detail, /no_top\.h5 is in no known format/);
      writeFileSync(join(models, 'vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5'), 'another file');
      assert.match((await weightsAvailability(backboneEntry('vgg16'))).detail, /is not the file that Keras publishes/);
      assert.match((await weightsAvailability(backboneEntry('efficientnet-lite1'))).detail, /npm run setup/);
    });
  });

  it('counts weights as missing on a server that answers with an error', async () => {
    const server = await serve(() => Buffer.from(''), { statuses: [404] });
    try {
      await withEnvironment({ TUNEBOOK_WEIGHTS_MIRROR: server.address, KERAS_HOME: temporaryFolder() }, async () => {
        assert.match((await weightsAvailability(backboneEntry('vgg19'))).detail, /answers 404; put vgg19/);
      });
    } finally {
      server.close();
    }
  });
});

describe('a server that closes the connection of an earlier question', () => {
  it('is asked over another', async () => {
    const known = new WeakSet<Socket>();
    const server = createServer(({ socket }, response) => {
      if (known.has(socket)) socket.destroy();
      else response.end('weights');
      known.add(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const environment = { TUNEBOOK_WEIGHTS_MIRROR: `http://127.0.0.1:${port}`, KERAS_HOME: temporaryFolder() };
    try {
      await withEmptyCache(() =>
        withEnvironment(environment, async () => {
          for (let i = 0; i < 5; i++) assert.equal((await weightsAvailability(backboneEntry('vgg16'))).from, 'network');
        }),
      );
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('a recommendation', function () {
  this.timeout(120_000); // networks are built to count their work, which a busy machine takes its time for
  const kerasNames = [
    'efficientnet-b0',
    'efficientnet-b3',
    'efficientnet-b7',
    'mobilenet-v3-large',
    'resnet152',
    'vgg16',
  ] as const;

  it('never recommends a backbone that cannot be loaded', async () => {
    await withoutNetwork(async () => {
      await assert.rejects(
        recommendBackbone({ pictures: 500, names: kerasNames, device: slow }),
        /weights of efficientnet-b0, .* are not available; of efficientnet-b0: no way to/,
      );
    });
    const names = ['efficientnet-lite0', 'vgg16'] as const;
    const environment = { TUNEBOOK_WEIGHTS_MIRROR: 'http://127.0.0.1:9', KERAS_HOME: temporaryFolder() };
    const { choices, unavailable } = await withEnvironment(environment, () =>
      recommendBackbone({ pictures: 500, names, device: slow }),
    );
    assert.deepEqual(
      choices.map(({ name }) => name),
      ['efficientnet-lite0'],
    );
    assert.deepEqual(
      unavailable.map(({ name }) => name),
      ['vgg16'],
    );
  });

  it('goes from small and frozen to large and trained as pictures and device grow, with a reason for each', async () => {
    await withMirror(async () => {
      const advise = (pictures: number, device: DeviceSpeed, minutes = 60) =>
        recommendBackbone({ pictures, device, minutes, names: kerasNames });
      const few = await advise(50, slow);
      assert.deepEqual([few.best.name, few.best.variant], ['mobilenet-v3-large', 'feature-extraction']);
      assert.match(few.best.reason, /as good as the \d+\.\d% ± \d+\.\d points of .*, and the fastest of these/);
      assert.match(few.best.reason, /10 pictures a class are too few to train its 3\.0 M parameters/);
      assert.ok(few.best.reason.endsWith(`; ${few.best.variantReason}`));
      assert.match(few.best.variantReason, /^keep it frozen and train a head: 10 pictures a class /);
      const some = await advise(500, slow);
      assert.deepEqual([some.best.name, some.best.variant], ['efficientnet-b3', 'hybrid']);
      const many = await advise(50_000, fast, 10_000);
      assert.deepEqual([many.best.name, many.best.variant], ['efficientnet-b7', 'fine-tune-all']);
      const hurried = await advise(50_000, slow);
      assert.notEqual(hurried.best.name, 'efficientnet-b7');
      assert.match(
        hurried.choices.at(-1)!.reason,
        /too slow on this device: computing its features once takes about \d+ minutes/,
      );
      for (const { choices, table } of [few, some, many, hurried]) {
        assert.equal(choices.length, kerasNames.length);
        assert.ok(choices.every(({ reason, weights }) => reason.length > 40 && weights === 'network'));
        assert.deepEqual(table.array('rank'), [1, 2, 3, 4, 5, 6]);
      }
    });
  });

  it('trains more of a network whose pictures look unlike photos, and trusts published accuracies less', async () => {
    await withMirror(async () => {
      const names = kerasNames;
      const photos = await recommendBackbone({ pictures: 2000, names, device: fast });
      const others = await recommendBackbone({ pictures: 2000, names, device: fast, similarity: 0.2 });
      assert.equal(photos.best.variant, 'hybrid');
      assert.equal(others.best.variant, 'fine-tune-all');
      assert.match(others.best.reason, /unlike the photos/);
      assert.ok(others.best.milliseconds < photos.best.milliseconds);
    });
  });

  it('names the option that is wrong', async () => {
    await assert.rejects(recommendBackbone({}), /pictures must be a whole number >= 1, got undefined/);
    await assert.rejects(
      recommendBackbone({ pictures: 5, similarity: 2 }),
      /similarity must be a number >= 0 and <= 1/,
    );
    // @ts-expect-error: no such backbone
    await assert.rejects(recommendBackbone({ pictures: 5, names: ['vgg'] }), /unknown backbone 'vgg'/);
    await assert.rejects(
      recommendBackbone({ picture: 5 } as object),
      /unknown option 'picture'; the options are pictures/,
    );
  });
});

describe('ranking', () => {
  const one = (name: string, top1: number, milliseconds: number): Candidate => ({
    ...{
      name: name as BackboneName,
      backbone: name as BackboneName,
      title: name,
      parameters: 1e6,
      multiplyAdds: 1e9,
      top1,
      milliseconds,
    },
  });
  const options = { similarity: 1, minutes: 60, minutesOf: () => 1 };
  const names = (candidates: Candidate[], pictures: number) =>
    rank(candidates, { ...options, pictures }).map(({ candidate }) => candidate.name);

  it('counts backbones as equal if the pictures cannot show a difference', () => {
    // 80% of 100: Wilson's interval is 71.1% to 86.7%, half of which is 7.8 points
    assert.ok(Math.abs(resolution(0.8, 100) - 0.0778) < 5e-4);
    const candidates = [one('best', 0.8, 9), one('near', 0.73, 3), one('behind', 0.715, 1)];
    assert.deepEqual(names(candidates, 100), ['near', 'best', 'behind']);
    assert.deepEqual(names(candidates, 10_000), ['best', 'near', 'behind']);
    assert.deepEqual(names(candidates, 20), ['behind', 'near', 'best']);
  });

  it('uses the accuracy measured on the pictures instead of the published one', () => {
    const probe = (estimate: number) => ({ estimate, low: estimate - 0.02, high: estimate + 0.02, confidence: 0.95 });
    const candidates = [
      { ...one('published best', 0.84, 1), probe: probe(0.7) },
      { ...one('measured best', 0.7, 9), probe: probe(0.8) },
      { ...one('within its interval', 0.7, 5), probe: probe(0.79) },
    ];
    assert.deepEqual(names(candidates, 100), ['within its interval', 'measured best', 'published best']);
  });

  it('goes by the measure of the comparison, and of a loss the lowest is best', () => {
    const of = (name: string, loss: number, accuracy: number, milliseconds: number): Candidate => ({
      ...{ ...one(name, 0.7, milliseconds), monitor: 'loss' },
      probe: { estimate: accuracy, low: accuracy, high: accuracy, confidence: 0.95 },
      score: { estimate: loss, low: loss - 0.05, high: loss + 0.05, confidence: 0.95 },
    });
    const candidates = [of('most accurate', 0.5, 0.9, 1), of('lowest', 0.3, 0.8, 9), of('near', 0.34, 0.8, 3)];
    const ranked = rank(candidates, { ...options, pictures: 100 });
    assert.deepEqual(
      ranked.map(({ candidate }) => candidate.name),
      ['near', 'lowest', 'most accurate'],
    );
    assert.match(ranked[1]!.why, /^linear probe: loss 0\.300, the lowest loss within the time allowed/);
    assert.match(ranked[2]!.why, /loss 0\.500, more than the 0\.300 of lowest/);
    // a published accuracy is no loss: then accuracies are compared
    assert.equal(
      rank([...candidates, one('published', 0.95, 1)], { ...options, pictures: 100 })[0]!.candidate.name,
      'published',
    );
  });
});

describe('the variant and its time', () => {
  it('depends on the number of pictures per class', () => {
    assert.deepEqual(
      [10, 100, 10_000].map((each) => suitableVariant(each, true)),
      ['feature-extraction', 'hybrid', 'fine-tune-all'],
    );
    assert.deepEqual(
      [10, 100, 10_000].map((each) => suitableVariant(each, false)),
      ['hybrid', 'fine-tune-all', 'fine-tune-all'],
    );
    assert.equal(suitableVariant(9, false), 'feature-extraction', 'too few, whatever they show');
  });

  it('is one forward pass per picture for frozen layers, and sixty if everything is trained for twenty epochs', () => {
    assert.equal(trainingMinutes('feature-extraction', 6000, 10), 1);
    assert.equal(trainingMinutes('hybrid', 6000, 10), 15.75);
    assert.equal(trainingMinutes('fine-tune-all', 6000, 10), 60);
  });
});
