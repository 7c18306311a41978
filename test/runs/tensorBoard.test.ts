import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochRecord } from '../../src/core/listener';
import { projectFolder } from '../../src/core/paths';
import { eventFiles } from '../../src/runs';
import { temporaryFolder } from '../folders';
import { needsOracle } from '../models/keras';

const history: EpochRecord[] = [
  {
    epoch: 1,
    loss: 1.5,
    accuracy: 0.25,
    validationLoss: 1.25,
    validationAccuracy: 0.5,
    learningRate: 1e-3,
    seconds: 2,
  },
  { epoch: 2, loss: 0.5, accuracy: 0.75, learningRate: 5e-4, seconds: 3 },
];

interface Event {
  version: string;
  step: number;
  time: number;
  values: Record<string, number>;
}

/** The contents of the files as TensorFlow reads them, training first. */
function read(python: string, files: Record<string, Buffer>): Event[][] | { error: string } {
  const folder = temporaryFolder();
  const paths = ['train', 'validation'].map((part) => join(folder, `events.out.tfevents.${part}`));
  writeFileSync(paths[0]!, files.train!);
  writeFileSync(paths[1]!, files.validation!);
  const script = join(projectFolder, 'test', 'runs', 'event_files.py');
  const { status, stdout, stderr } = spawnSync(python, [script, ...paths], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  return status === 0 ? JSON.parse(stdout) : { error: stderr };
}

describe('event files', function () {
  this.timeout(120_000);

  let python: string;
  before(function () {
    python = needsOracle(this);
  });

  it('are read by TensorFlow, with the tags and steps that Keras writes', () => {
    const [train, validation] = read(python, eventFiles(history, 1000)) as [Event[], Event[]];
    assert.equal(train[0]!.version, 'brain.Event:2');
    assert.deepEqual(
      train.map(({ step, time }) => [step, time]),
      [
        [0, 995],
        [1, 997],
        [2, 1000],
      ],
    );
    assert.deepEqual(train[1]!.values, {
      epoch_loss: 1.5,
      epoch_accuracy: 0.25,
      epoch_learning_rate: Math.fround(1e-3),
    });
    assert.deepEqual(Object.keys(train[2]!.values).length, 3);
    // an epoch without validation has no validation values
    assert.deepEqual(
      validation.slice(1).map(({ step, values }) => ({ step, values })),
      [{ step: 1, values: { epoch_loss: 1.25, epoch_accuracy: 0.5 } }],
    );
  });

  it('have checksums by which TensorFlow recognizes a damaged file', () => {
    const files = eventFiles(history, 1000);
    files.train!.writeUInt8(files.train!.readUInt8(60) ^ 1, 60);
    assert.match((read(python, files) as { error: string }).error, /DataLossError|corrupted record/);
  });
});
