import assert from 'node:assert/strict';
import type { EpochRecord } from '../../src/core/listener';
import { defaultSettings, stagesOf } from '../../src/training';
import { JointTraining } from '../../src/training/stages';

const settings = { ...defaultSettings, epochs: 12, headEpochs: 4, blocks: 3, stages: 2, learningRate: 0.01 };

describe('the stages of a training', () => {
  it('are a single one where the head never trains alone', () => {
    const only = (variant: (typeof settings)['variant']) => stagesOf({ ...settings, headEpochs: 0, variant }, 18);
    assert.deepEqual(only('feature-extraction'), [{ name: 'head', epochs: 12, blocks: 0, learningRate: 0.01 }]);
    assert.deepEqual(only('hybrid'), [{ name: 'last blocks', epochs: 12, blocks: 3, learningRate: 0.01 }]);
    assert.deepEqual(only('feature-extraction-augmented'), only('feature-extraction'));
    assert.deepEqual(only('from-scratch'), only('fine-tune-all'));
    assert.deepEqual(only('fine-tune-all'), [{ name: 'all layers', epochs: 12, blocks: 18, learningRate: 0.01 }]);
  });

  it('are in two-phase first the head, then more and more blocks with a tenth of its learning rate', () => {
    assert.deepEqual(stagesOf({ ...settings, variant: 'two-phase' }, 18), [
      { name: 'head', epochs: 4, blocks: 0, learningRate: 0.01 },
      { name: 'last 2 blocks', epochs: 4, blocks: 2, learningRate: 0.001 },
      { name: 'last 3 blocks', epochs: 4, blocks: 3, learningRate: 0.001 },
    ]);
  });

  it('are in probe-then-fine-tune the head, then all blocks at once, whatever is said of blocks and stages', () => {
    assert.deepEqual(stagesOf({ ...settings, variant: 'probe-then-fine-tune', stages: 3 }, 18), [
      { name: 'head', epochs: 4, blocks: 0, learningRate: 0.01 },
      { name: 'last 18 blocks', epochs: 8, blocks: 18, learningRate: 0.001 },
    ]);
  });

  it('are two where the head trains first, in any variant that trains more than the head', () => {
    assert.deepEqual(stagesOf({ ...settings, variant: 'hybrid' }, 18), [
      { name: 'head', epochs: 4, blocks: 0, learningRate: 0.01 },
      { name: 'last 3 blocks', epochs: 8, blocks: 3, learningRate: 0.001 },
    ]);
    const own = stagesOf({ ...settings, variant: 'probe-then-fine-tune' }, 18);
    assert.deepEqual(stagesOf({ ...settings, variant: 'fine-tune-all' }, 18), own);
    assert.equal(stagesOf({ ...settings, variant: 'feature-extraction' }, 18).length, 1);
  });

  it('train a third of the blocks where their number is 0', () => {
    const blocks = (all: number) => stagesOf({ ...settings, variant: 'hybrid', blocks: 0 }, all).at(-1)!.blocks;
    assert.deepEqual([18, 16, 5, 1].map(blocks), [6, 6, 2, 1]);
  });

  it('divide all epochs, and are not more than there are epochs or blocks', () => {
    for (const [epochs, blocks, stages] of [
      [5, 3, 2],
      [17, 5, 3],
      [12, 40, 30],
    ] as const) {
      const all = stagesOf({ ...settings, variant: 'two-phase', epochs, blocks, stages }, 6);
      assert.equal(
        all.reduce((sum, stage) => sum + stage.epochs, 0),
        epochs,
      );
      assert.ok(all.every((stage) => stage.epochs >= 1));
      assert.equal(all.at(-1)!.blocks, Math.min(blocks, 6));
      assert.ok(all.every((stage, i) => i === 0 || stage.blocks > all[i - 1]!.blocks));
    }
  });

  it('are one training for a listener, even if a stage ended early or was resumed', () => {
    const seen: [number, number, number][] = [];
    const progress: [number, number][] = [];
    const joint = new JointTraining(
      {
        onEpoch: ({ epoch }, history, planned) => seen.push([epoch, history.length, planned]),
        onProgress: ({ done, total }) => progress.push([done, total]),
      },
      6,
    );
    const record = (epoch: number): EpochRecord => ({ epoch, loss: 1, accuracy: 0, learningRate: 1, seconds: 0 });
    const first = joint.during({ epochs: 3 });
    // its first epoch ran in another process
    first.onEpoch!(record(2), [record(1), record(2)], 3);
    joint.add([record(1), record(2)]); // ended early
    const second = joint.during({ epochs: 3 });
    second.onProgress!({ task: 'training', done: 5, total: 30, unit: 'examples' });
    second.onProgress!({ task: 'frozen layers', done: 5, total: 7, unit: 'examples' });
    second.onEpoch!(record(1), [record(1)], 3);
    joint.add([record(1)]);
    assert.deepEqual(seen, [
      [2, 2, 6],
      [3, 3, 6],
    ]);
    assert.deepEqual(progress, [
      [25, 60],
      [5, 7],
    ]);
    assert.deepEqual(
      joint.history.map(({ epoch }) => epoch),
      [1, 2, 3],
    );
  });
});
