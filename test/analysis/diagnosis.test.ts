import assert from 'node:assert/strict';
import { type DiagnosedRun, diagnose, type FindingKind } from '../../src/analysis/diagnose';
import type { EpochRecord } from '../../src/core/listener';
import { mistake } from '../mistake';

/** A run with made-up numbers, each a function of the epoch (from 1). */
function run(
  epochs: number,
  given: Partial<Record<keyof EpochRecord, (epoch: number) => number | undefined>>,
  rest: Partial<DiagnosedRun> = {},
): DiagnosedRun {
  const usual = {
    loss: (e: number) => 0.15 + 1.3 * 0.8 ** e,
    accuracy: (e: number) => 0.96 - 0.6 * 0.7 ** e,
    validationLoss: (e: number) => 0.3 + 1.2 * 0.8 ** e,
    validationAccuracy: (e: number) => 0.91 - 0.6 * 0.7 ** e,
    learningRate: () => 0.003,
    seconds: () => 1,
  };
  const history = Array.from({ length: epochs }, (_, i) => {
    const values = Object.entries({ ...usual, ...given }).map(([key, value]) => [key, value(i + 1)]);
    return { epoch: i + 1, ...Object.fromEntries(values) } as EpochRecord;
  });
  return { history, classes: ['a', 'b', 'c', 'd', 'e'], predictions: answers(450, 410), ...rest };
}

const answers = (total: number, right: number) =>
  Array.from({ length: total }, (_, i) => ({ label: i % 5, predicted: i < right ? i % 5 : (i + 1) % 5 }));

const alarms = (given: DiagnosedRun): FindingKind[] =>
  diagnose(given)
    .findings.filter(({ severity }) => severity === 'alarm')
    .map(({ kind }) => kind);

const found = (given: DiagnosedRun): string[] =>
  diagnose(given).findings.map(({ kind, severity }) => `${kind} ${severity}`);

describe('diagnose', () => {
  it('raises no alarm over a healthy run, and says so with its numbers', () => {
    const { findings, text } = diagnose(run(20, {}, { trainingCounts: [40, 40, 38, 40, 41], shared: [] }));
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['healthy'],
    );
    assert.match(
      text,
      /^\+ healthy: Training accuracy is 95\.9%, validation accuracy 90\.9%, and the validation loss has not risen above its minimum/,
    );
  });

  it('finds an overfit run by its validation loss, and names the epoch to stop at', () => {
    const overfitting = run(25, {
      loss: (e) => 1.4 * 0.75 ** e,
      validationLoss: (e) => 0.6 + 0.8 * 0.5 ** e + 0.02 * e,
    });
    assert.deepEqual(alarms(overfitting), ['overfit']);
    const [finding] = diagnose(overfitting).findings;
    assert.match(finding!.message, /lowest at 0\.7\d* in epoch 5 and is 1\.08 in the last three of 25 epochs/);
    assert.equal(finding!.numbers.bestEpoch, 5);
    assert.equal(finding!.notebook, '04-regularize');
  });

  it('gives a note, not an alarm, for a validation loss that rose a little, and says how the accuracy changed', () => {
    const mild = run(20, { loss: (e) => 1.4 * 0.82 ** e, validationLoss: (e) => 0.6 + 0.8 * 0.5 ** e + 0.006 * e });
    assert.deepEqual(found(mild), ['no alarm fine', 'overfit note']);
    const [fine, overfit] = diagnose(mild).findings;
    assert.doesNotMatch(fine!.message, /has not risen/);
    assert.match(overfit!.message, /lowest at 0\.648 in epoch 7 .* 90\.9% \(it was 86\.1% in epoch 7\)/);
  });

  it('counts a small rise as overfitting if the training pictures are known by heart', () => {
    const validationLoss = (e: number) => 0.6 + 0.8 * 0.5 ** e + 0.006 * e;
    assert.deepEqual(alarms(run(20, { loss: (e) => 1.4 * 0.6 ** e, validationLoss })), ['overfit']);
  });

  it('gives a note for a wide gap while the validation loss still falls', () => {
    const gap = run(
      15,
      { accuracy: (e) => 1 - 0.5 * 0.5 ** e, validationAccuracy: () => 0.8 },
      { predictions: answers(450, 360) },
    );
    assert.deepEqual(found(gap), ['no alarm fine', 'overfit note']);
  });

  it('finds that the model is good on training pictures only', () => {
    const scratch = run(
      6,
      { loss: (e) => 1.7 - 0.15 * e, accuracy: () => 0.65, validationAccuracy: () => 0.33 },
      { predictions: answers(90, 30) },
    );
    assert.deepEqual(alarms(scratch), ['overfit']);
    assert.match(diagnose(scratch).text, /gap of 32\.0 points.*\n.*pre-trained weights.*02-freeze-and-train-the-top/);
  });

  it('finds a run that has learned too little, and says whether it is still learning', () => {
    const slow = run(10, {
      loss: (e) => 1.6 - 0.03 * e,
      accuracy: (e) => 0.22 + 0.02 * e,
      validationAccuracy: (e) => 0.2 + 0.02 * e,
    });
    assert.deepEqual(alarms(slow), ['underfit']);
    assert.match(diagnose(slow).text, /still falls[\s\S]*05-learning-rate/);
    const stuck = run(10, { loss: () => 1.3, accuracy: () => 0.45, validationAccuracy: () => 0.44 });
    assert.match(diagnose(stuck).text, /does not fall any more[\s\S]*07-transfer-variants/);
  });

  it('finds too high a learning rate: a loss that is NaN, jumps, or is far above that of guessing', () => {
    assert.deepEqual(alarms(run(4, { loss: (e) => (e > 2 ? Number.NaN : 1) })), ['learning rate too high']);
    const jumping = run(12, { loss: (e) => (e % 3 === 0 ? 2.5 : 1.2) }, { settings: { learningRate: 0.5 } });
    assert.deepEqual(alarms(jumping), ['learning rate too high']);
    assert.match(diagnose(jumping).text, /rises in 4 of 11 epochs.*rate of 0\.5\.\n.*a tenth of it, 0\.05/);
    assert.deepEqual(alarms(run(5, { loss: () => 9, validationLoss: () => 8 })), ['learning rate too high']);
  });

  it('finds too high a learning rate if the loss falls, but not below that of guessing', () => {
    const lost = run(6, { loss: (e) => 2.6 + 9 * 0.4 ** e, validationLoss: () => 3, accuracy: () => 0.2 });
    assert.deepEqual(alarms(lost), ['learning rate too high']);
    assert.match(diagnose(lost).text, /ends at 2\.64, where guessing would give 1\.61/);
    // the same loss, of which most is a penalty
    assert.deepEqual(alarms(run(6, { loss: (e) => 2.6 + 9 * 0.4 ** e, validationLoss: () => 3 })), []);
  });

  it('does not mistake the penalty of a regularizer for too high a learning rate', () => {
    assert.deepEqual(
      alarms(run(10, { loss: (e) => 5 * 0.8 ** e + 0.2, validationLoss: (e) => 5 * 0.8 ** e + 0.4 })),
      [],
    );
  });

  it('finds copies on both sides of the split', () => {
    const leaking = run(20, {}, { shared: Array.from({ length: 30 }, (_, i) => `tulips/${i}.jpg`) });
    assert.deepEqual(alarms(leaking), ['leak suspected']);
    assert.match(
      diagnose(leaking).text,
      /30 of 450 validation pictures are among the training pictures.*tulips\/0\.jpg/,
    );
  });

  it('finds uneven classes, and gives the accuracy of always predicting the largest class', () => {
    const uneven = run(20, {}, { trainingCounts: [200, 20, 20, 20, 20] });
    assert.deepEqual(alarms(uneven), ['class imbalance']);
    assert.match(diagnose(uneven).text, /'a' has 200 training pictures and 'b' 20, 10\.0 to 1.*71\.4%/);
  });

  it('raises an alarm for a rare class that is hardly ever predicted, and gives a note for one that is predicted a little less often', () => {
    const ofRarest = (right: number) => [
      ...answers(480, 432).filter(({ label }) => label !== 4),
      ...Array.from({ length: 40 }, (_, i) => ({ label: 4, predicted: i < right ? 4 : 0 })),
    ];
    const trainingCounts = [100, 50, 50, 50, 25];
    const judged = (right: number) => found(run(20, {}, { trainingCounts, predictions: ofRarest(right) }));
    assert.deepEqual(judged(8), ['class imbalance alarm']);
    assert.deepEqual(judged(24), ['no alarm fine', 'class imbalance note']);
  });

  it('does not report the classes if nothing was learned, or with too high a learning rate', () => {
    const trainingCounts = [100, 50, 50, 50, 25];
    const predictions = Array.from({ length: 450 }, (_, i) => ({ label: i % 5, predicted: 0 }));
    const accuracy = () => 0.3;
    const untrained = run(10, { accuracy, validationAccuracy: accuracy }, { trainingCounts, predictions });
    assert.deepEqual(alarms(untrained), ['underfit']);
    const wild = { loss: () => 9, validationLoss: () => 8 };
    const never = answers(450, 450).map(({ label }) => ({ label, predicted: label === 4 ? 0 : label }));
    assert.deepEqual(alarms(run(5, wild, { trainingCounts, predictions: never })), ['learning rate too high']);
    assert.deepEqual(alarms(run(5, {}, { trainingCounts, predictions: never })), ['class imbalance']);
  });

  it('says which differences a small validation set cannot show', () => {
    assert.deepEqual(alarms(run(20, {}, { predictions: answers(30, 24) })), ['validation set too small']);
    assert.deepEqual(alarms(run(20, {}, { predictions: answers(30, 30) })), ['validation set too small']);
    assert.deepEqual(found(run(20, {}, { predictions: answers(90, 45) })).at(-1), 'validation set too small note');
    const { text } = diagnose(run(20, {}, { predictions: answers(150, 131) }));
    assert.match(
      text,
      /- validation set too small: The accuracy of 87\.3% on 150 .* 81\.1% to 91\.7%.*one picture is 0\.7 points/,
    );
  });

  it('accepts runs of one epoch, and runs without validation', () => {
    assert.deepEqual(alarms(run(1, { accuracy: () => 0.9, validationAccuracy: () => 0.9 })), []);
    const alone = run(9, { validationLoss: () => undefined, validationAccuracy: () => undefined }, { predictions: [] });
    assert.match(diagnose(alone).text, /there is no validation accuracy/);
    mistake(() => diagnose({ history: [], classes: ['a', 'b'] }), 'no epoch');
  });
});
