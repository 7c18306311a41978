import { deepEqual, equal, match } from 'node:assert/strict';
import { interleave, median } from '../../bench/measure';
import type { Goal, Measurement, Row } from '../../bench/row';
import { rows } from '../../bench/rows';
import { describeValues, resultNotes, resultTable } from '../../bench/table';
import { judge } from '../../bench/verdict';

const row: Pick<Row, 'name' | 'work' | 'unit' | 'goals'> = {
  name: 'forward-x',
  work: 'forward, X',
  unit: 'ms',
  goals: [
    { peers: ['keras'], ratio: 1.5 },
    { peers: ['onnx'], ratio: 0.9 },
  ],
};
const measured: Measurement = { values: { tunebook: 200, keras: 320, onnx: 170 }, flops: 2e10, notes: [] };

describe('the bench', () => {
  it('uses the middle one of an odd number of times, and the mean of the middle two of an even number', () => {
    equal(median([9, 1, 5]), 5);
    equal(median([4, 1, 9, 2]), 3);
    equal(median([]), NaN);
  });

  it('compares with each peer, and with the fastest of those that a goal names', () => {
    const { ratios, goals, met } = judge(measured, row.goals);
    deepEqual(ratios, { keras: 1.6, onnx: 0.85 });
    deepEqual(
      goals.map((goal) => goal.met),
      [true, false],
    );
    equal(met, false);
    equal(judge(measured, [{ peers: ['keras', 'onnx'], ratio: 0.8 }]).met, true);
    equal(judge({ values: { tunebook: 100 } }, row.goals).met, undefined);
    equal(judge({ values: {} }, row.goals).met, undefined);
  });

  it('compares peaks of memory, and checks the other requirements of a row', () => {
    const measurement: Measurement = {
      values: { tunebook: 2, keras: 20 },
      memory: { tunebook: 1.5e9, keras: 1.2e9 },
      notes: [],
    };
    const goals: Goal[] = [
      { peers: ['keras'], ratio: 8 },
      { peers: ['keras'], ratio: 1, of: 'memory' },
    ];
    const { goals: judged, met } = judge(measurement, goals);
    deepEqual(
      judged.map((one) => [one.reached, one.met]),
      [
        [10, true],
        [0.8, false],
      ],
    );
    equal(met, false);
    const requirement = (met: boolean | undefined) => ({ text: 'accuracy of Keras', isMet: () => met });
    equal(judge(measurement, goals.slice(0, 1), [requirement(true)]).met, true);
    equal(judge(measurement, goals.slice(0, 1), [requirement(false)]).met, false);
    equal(judge(measurement, goals.slice(0, 1), [requirement(undefined)]).met, undefined);
    const line = resultTable(
      [{ row: { ...row, unit: 's', goals, requirements: [requirement(true)] }, measurement }],
      {},
    ).split('\n')[1];
    match(line!, /1\.50 GB \(Keras 1\.20 GB\) +8x Keras, 1x Keras's memory, accuracy of Keras +missed/);
  });

  it('calls the same number of right pictures the same accuracy, which Keras rounds to float32', () => {
    const { requirements } = rows.find(({ name }) => name === 'photos-cold')!;
    const with128 = (keras: number) =>
      requirements![0]!.isMet({ values: {}, notes: [], accuracy: { tunebook: 128 / 150, keras: Math.fround(keras) } });
    deepEqual(
      [127, 128, 129].map((right) => with128(right / 150)),
      [true, true, false],
    );
  });

  it('writes a dash for a peer that failed, and says why below', () => {
    const measurement = { ...measured, notes: ['PyTorch: no such module'], accuracy: { tunebook: 0.9, keras: 0.85 } };
    const [head, line] = resultTable([{ row, measurement }], { float32: { matmul: 150, conv: 200 } }).split('\n');
    match(
      head!,
      /work +tunebook +Keras +Keras XLA +PyTorch +PyTorch compiled +ONNX Runtime +OpenVINO +of peak +memory +goal/,
    );
    match(
      line!,
      /200 ms +320 ms \(1\.60x\) +- +- +- +170 ms \(0\.85x\) +- +50% +1\.5x Keras, 0\.9x ONNX Runtime +missed/,
    );
    deepEqual(resultNotes([{ row, measurement }]), [
      'forward-x: validation accuracy: tunebook 0.900, Keras 0.850',
      'forward-x: PyTorch: no such module',
    ]);
  });

  it('gives all measured values in one line', () => {
    equal(describeValues(measured, 'ms'), 'tunebook 200 ms, Keras 320 ms, ONNX Runtime 170 ms');
    equal(describeValues({ values: {}, notes: [] }, 's'), 'not measured');
  });

  it('runs things in turn, drops the one that fails and does not count the first rounds', async () => {
    const order: string[] = [];
    const thing = (name: string, fails = false) => ({
      run: async () => {
        order.push(name);
        if (fails && order.length > 6) throw new Error('gone');
        return order.length;
      },
    });
    const failed: string[] = [];
    const times = await interleave(
      new Map([
        ['a', thing('a')],
        ['b', thing('b', true)],
      ]),
      { rounds: [2, 2], seconds: 1 },
      (name) => failed.push(name),
    );
    equal(order.join(''), 'ababababa'.slice(0, order.length));
    deepEqual(failed, ['b']);
    deepEqual([...times.keys()], ['a']);
    equal(times.get('a')!.length, 2);
  });
});
