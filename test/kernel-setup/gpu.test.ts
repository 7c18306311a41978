import assert from 'node:assert/strict';
import { kernelSetup } from '../../src/core/kernelSetup';

interface Facts {
  driver?: string;
  gpus: { name: string; capability: number }[];
}
interface GpuModule {
  readSurvey(text: string): Facts;
  whyUnusable(facts: Facts): string | undefined;
  tryEachGpu(facts: Facts, tryDevice: (device: string) => Promise<string | undefined>): Promise<object>;
}

describe('the choice between TensorFlow for the CPU and with CUDA', () => {
  let gpu: GpuModule;
  before(async () => {
    gpu = await kernelSetup<GpuModule>('lib/gpu.mjs');
  });
  const reason = (text: string) => gpu.whyUnusable(gpu.readSurvey(text));

  it('chooses the GPU if driver and compute capability fit', () => {
    assert.equal(reason('NVIDIA H200, 9.0, 580.159.04\n'), undefined);
    assert.equal(reason('Tesla P100-PCIE-16GB, 6.0, 525.60.13\n'), undefined);
  });

  it('says that a driver is too old, for any GPU', () => {
    assert.match(reason('Tesla T4, 7.5, 470.256.02\n')!, /driver 470\.256\.02 is older than 525\.60\.13/);
    assert.match(reason('Tesla T4, 7.5, 525.60.11\n')!, /older/);
    assert.equal(reason('Tesla T4, 7.5, 1000.1\n'), undefined);
  });

  it('says that the build has no code for a GPU that is too old or too new', () => {
    assert.match(reason('Quadro K620, 5.0, 580.1\n')!, /no code for Quadro K620 \(compute capability 5\.0\)/);
    assert.match(reason('NVIDIA GeForce RTX 5090, 12.0, 580.1\n')!, /RTX 5090 \(compute capability 12\.0\)/);
  });

  it('chooses the GPU if one of several fits, and if the driver does not report the compute capability', () => {
    assert.equal(reason('Quadro K620, 5.0, 580.1\nNVIDIA L4, 8.9, 580.1\n'), undefined);
    assert.equal(reason('NVIDIA X, [N/A], 580.1\n'), undefined);
    assert.equal(gpu.whyUnusable({ gpus: [] }), undefined);
  });

  it('uses the GPU that works where the first one does not, and says why', async () => {
    const tried: string[] = [];
    const tryAll = (text: string, failing: Readonly<Record<string, string>>) => {
      tried.length = 0;
      return gpu.tryEachGpu(gpu.readSurvey(text), async (device) => {
        tried.push(device);
        return failing[device];
      });
    };
    const wrong = 'the gradient of a convolution is wrong: got 0, expected 72';
    const two = 'Tesla T4, 7.5, 580.1\nNVIDIA L4, 8.9, 580.1\n';
    assert.deepEqual(await tryAll(two, {}), { usable: ['0', '1'] });
    assert.deepEqual(await tryAll(two, { 0: wrong }), { usable: ['1'], unfit: `GPU 0 (Tesla T4): ${wrong}` });
    assert.deepEqual(await tryAll(two, { 0: wrong, 1: 'no memory' }), {
      usable: [],
      unfit: `GPU 0 (Tesla T4): ${wrong}; GPU 1 (NVIDIA L4): no memory`,
    });
    assert.deepEqual(await tryAll('Quadro K620, 5.0, 580.1\nNVIDIA L4, 8.9, 580.1\n', {}), {
      usable: ['1'],
      unfit:
        "GPU 0 (Quadro K620): TensorFlow's build has no code for Quadro K620 (compute capability 5.0): it is for 6.0 to 9.0",
    });
    assert.deepEqual(tried, ['1'], 'a GPU without code is not tried');
    assert.deepEqual(await tryAll('', { 0: wrong }), { usable: [], unfit: wrong });
    assert.deepEqual(tried, ['0'], "without the driver's tool the first one is tried");
  });
});

describe('the line about GPUs that are not used', () => {
  type Decided = { key: string; variant: string; reason?: string; usable?: string[]; unfit?: string };
  let unused: (decided: Decided | undefined, variant: string, driver: boolean) => string | undefined;
  before(async () => {
    unused = (await kernelSetup<{ unusedGpus: typeof unused }>('lib/tensorflow-variant.mjs')).unusedGpus;
  });
  const decided = { key: 'k', variant: 'gpu' };

  it('says what is missing where TensorFlow has CUDA and there is no driver, as in a container without its GPU', () => {
    assert.match(
      unused(undefined, 'gpu', false)!,
      /no GPU is used, although TensorFlow has CUDA: there is no NVIDIA driver/,
    );
  });

  it('gives the reason for all GPUs, or for some', () => {
    assert.equal(unused({ ...decided, reason: 'too old' }, 'cpu', true), 'the GPU is not used: too old');
    assert.equal(
      unused({ ...decided, usable: ['0'], unfit: 'GPU 1: too old' }, 'gpu', true),
      'not used: GPU 1: too old',
    );
  });

  it('says nothing where nothing is left unused', () => {
    assert.equal(unused(undefined, 'cpu', false), undefined);
    assert.equal(unused({ ...decided, usable: ['0'] }, 'gpu', true), undefined);
  });
});
