import { describeAccuracy, wilsonInterval } from '../../src/metrics';
import type { Row } from '../row';
import { benchCache, tunebookTrain } from './photos';

/**
 * A head trained on features in bfloat16 must be as good as one trained on features in float32, as far as the validation photos can tell.
 */
export const lowPrecisionRow: Row = {
  name: 'head-bfloat16',
  work: 'photos to a trained head, 20 epochs, nothing cached, bfloat16',
  unit: 's',
  goals: [],
  requirements: [
    {
      text: "accuracy in float32's interval",
      isMet: ({ within }) => within,
    },
  ],
  async measure({ quick, photos, onProgress }) {
    const common = ['--data', photos, '--epochs', quick ? '2' : '20'];
    onProgress('float32');
    const exact = await tunebookTrain(common, benchCache('exact'));
    onProgress('bfloat16');
    const low = await tunebookTrain([...common, '--precision', 'bfloat16'], benchCache('low'));
    const { validation } = exact.answer.pictures as { validation: number };
    const right = (ran: typeof exact) => Math.round((ran.answer.accuracy as number) * validation);
    const interval = wilsonInterval(right(exact), validation);
    const accuracy = low.answer.accuracy as number;
    return {
      values: { tunebook: low.seconds },
      memory: { tunebook: low.memory },
      accuracy: { tunebook: accuracy },
      within: accuracy >= interval.low && accuracy <= interval.high,
      precision: 'bfloat16',
      rounds: 1,
      notes: [`in float32 ${exact.seconds.toFixed(1)} s, accuracy ${describeAccuracy(right(exact), validation)}`],
    };
  },
};
