import assert from 'node:assert/strict';
import { kernelSetup } from '../../src/core/kernelSetup';

interface Facts {
  driver?: string;
  gpus: { name: string; capability: number }[];
}
interface GpuModule {
  readSurvey(text: string): Facts;
  whyUnusable(facts: Facts): string | undefined;
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
});
