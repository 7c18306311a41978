import assert from 'node:assert/strict';
import { defaultSettings, type TrainOptions } from '../../src/training';
import { fitOptionsOf, trainSettings } from '../../src/training/trainSettings';

describe('the settings of a training', () => {
  it('have defaults', () => {
    const { cache, checkpoint, resume, evaluateTest, measure, validateEvery, listener, ...settings } =
      trainSettings(undefined);
    assert.deepEqual(settings, defaultSettings);
    assert.deepEqual([cache, checkpoint, resume, evaluateTest], [true, undefined, false, true]);
    assert.deepEqual([measure, validateEvery, listener], [undefined, 1, {}]);
  });

  it('are refused before any work if they make no sense', () => {
    const wrong: [TrainOptions, RegExp][] = [
      [{ epochs: 0 }, /train: epochs must be a whole number >= 1 and <= 1000000, got 0/],
      [{ batchSize: 1.5 }, /train: batchSize must be a whole number/],
      [{ learningRate: -1 }, /train: learningRate must be a number >= 0/],
      [{ dropout: 1 }, /train: dropout/],
      [{ validation: 0 }, /train: validation/],
      [{ layerDecay: 2 }, /train: layerDecay must be a number >= 0 and <= 1/],
      [{ head: 'square' as 'linear' }, /unknown head 'square'; the heads are linear, dense, logistic/],
      [{ optimizer: 'ada' as 'adam' }, /unknown optimizer 'ada'/],
      [{ schedule: 'up' as 'cosine' }, /unknown schedule 'up'/],
      [{ classWeights: 'all' as 'none' }, /unknown class weights 'all'/],
      [{ batchNormalization: 'off' as 'training' }, /unknown mode of batch normalization 'off'/],
      [{ precision: 'float16' as 'float32' }, /unknown precision 'float16'; the precisions are float32, bfloat16/],
      [{ resume: true }, /train: resume needs a checkpoint folder/],
      [{ variant: 'two-phase', epochs: 5, headEpochs: 5 }, /needs more than its 5 epochs of the head, got epochs 5/],
      [{ variant: 'two-phase', headEpochs: 0 }, /trains the head first: it needs headEpochs of 1 or more/],
      [{ variant: 'two-phase', epochs: 1 }, /it needs headEpochs of 1 or more, and more epochs.*epochs 1/],
      [
        { variant: 'hybrid', headEpochs: 0, interpolation: 'validation' },
        /interpolation 'validation' needs a head that was trained before the backbone/,
      ],
      [{ validateEvery: 0 }, /train: validateEvery must be a whole number >= 1, got 0/],
      [{ validateEvery: 2, patience: 3 }, /train: patience needs a validation after every epoch: leave out validateE/],
      [{ validateEvery: Infinity, schedule: 'reduce-on-plateau' }, /train: schedule 'reduce-on-plateau' needs a valid/],
      [{ recipe: 'best' as 'none' }, /unknown recipe 'best'; the recipes are standard, none/],
    ];
    for (const [options, message] of wrong) assert.throws(() => trainSettings(options), message);
  });

  it('become the options of fit, where 0 and none switch an option off', () => {
    const plain = fitOptionsOf(defaultSettings);
    assert.deepEqual(
      [plain.clipping, plain.earlyStopping, plain.classWeights, plain.optimizer],
      [undefined, undefined, undefined, 'adam'],
    );
    const rich = fitOptionsOf({
      ...defaultSettings,
      clip: 2,
      patience: 3,
      classWeights: 'balanced',
      optimizer: 'adamw',
      labelSmoothing: 0.1,
    });
    assert.deepEqual(rich.clipping, { globalNorm: 2 });
    assert.deepEqual(rich.earlyStopping, { patience: 3, monitor: 'validationLoss' });
    assert.deepEqual(rich.optimizer, { name: 'adamw', weightDecay: 0.004 });
    assert.deepEqual(rich.loss, { name: 'auto', labelSmoothing: 0.1 });
    assert.equal(rich.classWeights, 'balanced');
  });
});
