import assert from 'node:assert/strict';
import { imageFolder } from '../../src/data';
import { findHeadRate, type TrainOptions, train } from '../../src/training';
import { errorLine } from '../cli/errorLine';
import { stripesFolder } from '../pictures';

describe('the learning rate that is found for the head of a training', function () {
  this.timeout(60_000);
  const options = {
    ...{ backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 32, batchSize: 4, seed: 2 },
  } as const satisfies TrainOptions;

  it('is one at which the loss falls, whatever rate is given', async () => {
    const dataset = imageFolder(await stripesFolder(6));
    const [own, same] = [
      await findHeadRate(dataset, options),
      await findHeadRate(dataset, { ...options, learningRate: 9 }),
    ];
    assert.deepEqual(own.steps, same.steps);
    assert.ok(own.valley! > 1e-7 && own.valley! < 10, `${own.valley}`);
    const { history, dispose } = await train(dataset, { ...options, epochs: 10, learningRate: own.valley! });
    assert.ok(history.at(-1)!.loss < history[0]!.loss);
    dispose();
  });

  it('is not measured where a rate is given, or for several trainings', async () => {
    const find = (...more: string[]) => errorLine('train', '--data', 'emoji', '--find-rate', ...more);
    assert.match(await find('--learning-rate', '0.1'), /give --find-rate or --learning-rate 0.1, not both/);
    assert.match(await find('--folds', '3'), /use it without --folds, then give --learning-rate/);
  });
});
