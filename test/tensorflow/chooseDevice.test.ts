import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseDevice, devicesToShare, namedDevices } from '../../src/tensorflow/chooseDevice';
import { parseGpus } from '../../src/tensorflow/gpu';
import { withEmptyCache } from '../folders';

const visible = (env: NodeJS.ProcessEnv) => {
  chooseDevice(env);
  return env.CUDA_VISIBLE_DEVICES;
};
const two = () => parseGpus('0, GPU-a, Tesla T4, 7.5, 535.54, 15360\n1, GPU-b, Tesla T4, 7.5, 535.54, 15360\n');
const three = () => [...two(), ...parseGpus('2, GPU-c, NVIDIA L4, 8.9, 535.54, 23034\n')];

describe('the device that TensorFlow sees', () => {
  it('is the first GPU, the chosen one, or the processor', () => {
    assert.equal(visible({}), '0');
    assert.equal(visible({ TUNEBOOK_DEVICE: '1' }), '1');
    assert.equal(visible({ TUNEBOOK_DEVICE: '1,0' }), '1');
    assert.equal(visible({ TUNEBOOK_DEVICE: 'cpu' }), '-1');
  });

  it('is the one in CUDA_VISIBLE_DEVICES, unless TUNEBOOK_DEVICE names another', () => {
    assert.equal(visible({ CUDA_VISIBLE_DEVICES: '3' }), '3');
    assert.equal(visible({ CUDA_VISIBLE_DEVICES: '3', TUNEBOOK_DEVICE: '1' }), '1');
  });

  it('is the first GPU that worked when the set-up tried it, the processor if none did, and another GPU if the user insists', async () => {
    await withEmptyCache(async (cache) => {
      mkdirSync(join(cache, 'tensorflow'));
      const decided = (text: string) => writeFileSync(join(cache, 'tensorflow', 'device.json'), text);
      decided('{"key":"x","variant":"gpu","usable":["1"],"unfit":"GPU 0 (Tesla T4): it multiplies wrongly"}');
      assert.equal(visible({}), '1');
      assert.equal(visible({ TUNEBOOK_DEVICE: '0' }), '0');
      assert.deepEqual(devicesToShare({}, two), []);
      decided('{"key":"x","variant":"gpu","usable":["1","2"],"unfit":"GPU 0 (Tesla T4): it multiplies wrongly"}');
      assert.deepEqual(devicesToShare({}, three), ['1', '2']);
      decided('{"key":"x","variant":"gpu","usable":[],"unfit":"it multiplies wrongly"}');
      assert.equal(visible({}), '-1');
      assert.equal(visible({ TUNEBOOK_DEVICE: '0' }), '0');
      assert.deepEqual(devicesToShare({}, two), []);
      for (const broken of ['{"key":"x","vari', '{"key":"x","usable":["; rm"]}', '{"key":"x","usable":7}']) {
        decided(broken);
        assert.equal(visible({}), '0', broken);
      }
    });
  });

  it('must be a number or the processor', () => {
    assert.deepEqual(namedDevices(undefined), []);
    assert.deepEqual(namedDevices('0, 1'), ['0', '1']);
    for (const wrong of ['gpu', '0;1', '-1', 'cpu,0', '0,']) {
      assert.throws(() => namedDevices(wrong), /TUNEBOOK_DEVICE is '.*': expected cpu, or the number of a GPU/, wrong);
    }
  });

  it('is a different one for each process of a study, in turn', () => {
    assert.deepEqual(devicesToShare({}, two), ['0', '1']);
    assert.deepEqual(
      devicesToShare({}, () => two().slice(0, 1)),
      [],
    );
    assert.deepEqual(devicesToShare({ CUDA_VISIBLE_DEVICES: '1' }, two), []);
    assert.deepEqual(devicesToShare({ TUNEBOOK_DEVICE: '1,3' }, two), ['1', '3']);
  });
});
