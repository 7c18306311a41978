import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { buildHead } from '../../src/layers';
import { writeSafetensors } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { fit } from '../../src/training';
import { checkStateFolder, loadState, saveState, type TrainingState } from '../../src/training/checkpoint';
import { temporaryFolder } from '../folders';

const state: TrainingState = {
  epoch: 2,
  step: 10,
  history: [
    { epoch: 1, loss: 1.5, accuracy: 0.5, learningRate: 0.01, seconds: 0.1 },
    {
      epoch: 2,
      loss: Number.NaN,
      accuracy: 0.25,
      validationLoss: 2,
      validationAccuracy: 0,
      learningRate: 0,
      seconds: 1,
    },
  ],
  earlyStopping: { bestEpoch: 1, best: 1.5, wait: 1 },
  plateau: null,
  fingerprint: 'abc',
};
const variables = new Map([['w', { shape: [2] }]]);

describe("a training's state", () => {
  it('is unchanged after saving and reading, except that a NaN loss becomes missing', () => {
    const folder = temporaryFolder();
    saveState(folder, state, new Map([['w', tf.tensor1d([1, 2])]]));
    const loaded = loadState(folder, 'abc', variables)!;
    assert.deepEqual(loaded.state, JSON.parse(JSON.stringify(state)));
    assert.deepEqual([...loaded.arrays.get('w')!.data], [1, 2]);
  });

  it("never replaces another program's weights of the same name", async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'best.safetensors');
    const arrays = new Map([['layer.weight', { shape: [2], data: new Float32Array(2) }]]);
    const data = { values: new Float32Array(8), shape: [2], labels: Int32Array.from([0, 0, 1, 1]) };
    const writers = [() => writeSafetensors(file, arrays, { format: 'pt' }), () => writeFileSync(file, 'mine')];
    for (const write of writers) {
      write();
      const before = readFileSync(file);
      await assert.rejects(
        fit(buildHead(2, 2), { train: data }, { epochs: 1, checkpoint: folder }),
        /best\.safetensors .*, and would be replaced: give another folder for the checkpoint/,
      );
      assert.deepEqual(readFileSync(file), before);
    }
    assert.equal(checkStateFolder(folder), false); // `train` writes into folders for its stages
    const stages = temporaryFolder();
    await fit(buildHead(2, 2), { train: data }, { epochs: 1, checkpoint: join(stages, 'stage-1') });
    assert.equal(checkStateFolder(stages), true);
    writeSafetensors(join(stages, 'stage-2', 'last.safetensors'), arrays);
    assert.throws(() => checkStateFolder(stages), /stage-2.* is no state of a training, and would be replaced/);
  });

  const damaged: [string, unknown][] = [
    ['nothing', null],
    ['a list', []],
    ['an epoch that is text', { ...state, epoch: '2' }],
    ['an endless epoch', { ...state, epoch: 1e308 }],
    ['a history that is not a list', { ...state, history: {} }],
    ['an empty epoch', { ...state, history: [null] }],
    ['no early stopping', { ...state, earlyStopping: undefined }],
    ['a plateau without its factor', { ...state, plateau: {} }],
  ];
  for (const [what, value] of damaged) {
    it(`that contains ${what} is refused in one line that names the file`, () => {
      const folder = join(temporaryFolder(), 'state');
      mkdirSync(folder);
      const arrays = new Map([['w', { shape: [2], data: new Float32Array(2) }]]);
      writeSafetensors(join(folder, 'last.safetensors'), arrays, { state: JSON.stringify(value) });
      assert.throws(
        () => loadState(folder, 'abc', variables),
        (error) => error instanceof UserError && /last\.safetensors/.test(error.message) && !/\n/.test(error.message),
      );
    });
  }
});
