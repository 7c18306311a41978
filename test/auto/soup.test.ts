import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Budget } from '../../src/auto/budget';
import { AutoFolder } from '../../src/auto/folder';
import { autoPlan } from '../../src/auto/options';
import { soupMembers, trySoup } from '../../src/auto/soup';
import { type TrialContext, tryCandidate } from '../../src/auto/trial';
import { imageFolder, splitDataset } from '../../src/data';
import { openRun } from '../../src/runs';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';

describe('a soup', () => {
  it('is the mean of the weights of fine-tuned networks, where that lowers the loss, and a candidate as any other', async () => {
    const dataset = imageFolder(await stripesFolder(10));
    const { train, validation } = splitDataset(dataset);
    const plan = autoPlan({ weights: 'random', inputSize: 32, cache: false });
    const folder = AutoFolder.open(join(temporaryFolder(), 'search'), 'fingerprint', false);
    const context: TrialContext = {
      dataset,
      split: { train, validation },
      test: 0,
      plan,
      folder,
      budget: new Budget(600),
    };
    const backbone = 'mobilenet-v1-0.25';
    const epochs = { epochs: 24, headEpochs: 20 };
    for (const [name, variant] of Object.entries({ a: 'hybrid', b: 'fine-tune-all' } as const)) {
      await tryCandidate({ name, settings: { backbone, variant, ...epochs } }, context, { estimate: 1 });
    }
    const members = soupMembers(folder.state.records);
    assert.equal(members.length, 2);
    const record = (await trySoup(members, context, 1))!;
    const models = await Promise.all(['a', 'b'].map((name) => openRun(folder.candidate(name))));
    if (record.folder === undefined) {
      assert.match(record.reason, /no mean of weights has a lower loss/);
    } else {
      const soup = await openRun(folder.candidate(record.folder));
      for (const layer of soup.network.model.layers) {
        const [a, b] = models.map(({ network }) => network.model.getLayer(layer.name).getWeights());
        for (const [i, weight] of layer.getWeights().entries()) {
          const mean = a![i]!.add(b![i]!).div(2);
          assert.ok(weight.sub(mean).abs().max().dataSync()[0]! < 1e-6, layer.name);
        }
      }
      soup.dispose();
    }
    for (const model of models) model.dispose();
  });
});
