import assert from 'node:assert/strict';
import { parseGpus, visibleGpus } from '../../src/tensorflow/gpu';
import { float32Tolerance, lastDigits, roundsFactors } from '../../src/tensorflow/graph/precision';

/** Output of nvidia-smi of driver 580 on an H200, and on a machine with two GPUs. */
const ONE = '0, GPU-194b5752, NVIDIA H200, 9.0, 580.159.04, 143771\n';
const TWO =
  '0, GPU-aaaa, Tesla T4, 7.5, 535.54.03, 15360\n1, GPU-bbbb, NVIDIA GeForce RTX 3090, 8.6, 535.54.03, 24576\n';

describe('the description of a GPU', () => {
  it('has its name, compute capability, driver and memory', () => {
    assert.deepEqual(parseGpus(ONE), [
      {
        index: 0,
        uuid: 'GPU-194b5752',
        name: 'NVIDIA H200',
        capability: 9,
        driver: '580.159.04',
        memory: 143771 * 2 ** 20,
      },
    ]);
  });

  it('is missing if the driver prints something else', () => {
    assert.deepEqual(parseGpus('No devices were found\n'), []);
    assert.deepEqual(parseGpus(''), []);
    const [old] = parseGpus('0, GPU-cccc, Quadro K620, [N/A], 390.157, 2048\n');
    assert.ok(Number.isNaN(old?.capability));
  });

  it('covers the GPUs in CUDA_VISIBLE_DEVICES, in its order, up to an invalid one', () => {
    const gpus = parseGpus(TWO);
    const names = (visible: string | undefined) => visibleGpus(gpus, visible).map(({ index }) => index);
    assert.deepEqual(names(undefined), [0, 1]);
    assert.deepEqual(names('1,0'), [1, 0]);
    assert.deepEqual(names('1, 7, 0'), [1]);
    assert.deepEqual(names('-1'), []);
    assert.deepEqual(names(''), []);
    assert.deepEqual(names('GPU-bb'), [1]);
  });
});

describe('a device that rounds the factors of products', () => {
  it('is a GPU since compute capability 8, unless it is told not to', () => {
    assert.equal(roundsFactors(null, undefined), false);
    assert.equal(roundsFactors(7.5, ''), false);
    assert.equal(roundsFactors(9, ''), true);
    assert.equal(roundsFactors(9, '0'), false);
    assert.equal(roundsFactors(9, '1'), true);
  });

  it('may be further from a function, which is asked how it answers to as large a change', () => {
    assert.equal(float32Tolerance(false), 1e-3);
    assert.equal(float32Tolerance(true), 2e-2);
    assert.equal(lastDigits(false), 1e-6);
    assert.equal(lastDigits(true), 2 ** -11);
  });
});
