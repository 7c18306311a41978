import assert from 'node:assert/strict';
import { backboneEntry, defaultBackbone, type WeightsAvailability } from '../../src/models';
import { deviceReport } from '../../src/tensorflow';

describe('the default backbone', () => {
  /** Records the requests. */
  const answering = (from: WeightsAvailability['from']) => {
    const asked: string[] = [];
    const availability = async ({ name }: { name: string }) => {
      asked.push(name);
      return { from, detail: '' };
    };
    return { asked, availability };
  };

  it('is small on a CPU, and needs no network request', async () => {
    const { asked, availability } = answering('network');
    assert.equal(await defaultBackbone({ kind: 'CPU' }, availability), 'efficientnet-lite0');
    assert.deepEqual(asked, []);
  });

  it('is a larger one of the same family with a GPU', async () => {
    const { asked, availability } = answering('network');
    const name = await defaultBackbone({ kind: 'GPU' }, availability);
    assert.equal(name, 'efficientnet-lite2');
    assert.deepEqual(asked, [name]);
    const [small, large] = [backboneEntry('efficientnet-lite0'), backboneEntry(name)];
    assert.ok(large.parameters > small.parameters && large.published.top1 > small.published.top1);
    assert.equal(large.features, small.features);
  });

  it('is the small one even with a GPU if the weights of the larger one are not available', async () => {
    assert.equal(await defaultBackbone({ kind: 'GPU' }, answering('missing').availability), 'efficientnet-lite0');
    assert.equal(await defaultBackbone({ kind: 'GPU' }, answering('cached').availability), 'efficientnet-lite2');
  });

  it('is that of the device that TensorFlow runs on', async () => {
    const { availability } = answering('cached');
    assert.equal(await defaultBackbone(undefined, availability), await defaultBackbone(deviceReport(), availability));
  });
});
