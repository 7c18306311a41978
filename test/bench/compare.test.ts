import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesBetween, describeChanges } from '../../bench/compare';
import { pageOf } from '../../bench/page';
import { type BenchRecord, instructionsIn, keepRecord, readRecord, recordOf, thisMachine } from '../../bench/record';
import type { Measurement } from '../../bench/row';
import type { Result } from '../../bench/table';
import { temporaryFolder } from '../folders';

const run = (values: Record<string, Measurement['values']>): BenchRecord => ({
  when: '2026-11-27T06:00:00.000Z',
  commit: 'abc1234',
  machine: thisMachine(),
  quick: false,
  seconds: 60,
  rows: Object.entries(values).map(([name, own]) => ({
    ...{ name, work: `work ${name}`, unit: 'ms' as const },
    measurement: { values: own, notes: [] },
  })),
});

describe('two runs of the bench', () => {
  it('differ where tunebook became slower or faster than the machine did, by more than a tenth', () => {
    const before = run({
      a: { tunebook: 100, keras: 100, onnx: 50 },
      b: { tunebook: 100, keras: 100 },
      c: { tunebook: 100, keras: 100, torch: 10 },
      d: { tunebook: 100 },
      gone: { tunebook: 1 },
    });
    const now = run({
      // the machine is half as fast, and tunebook, too
      a: { tunebook: 205, keras: 200, onnx: 100 },
      b: { tunebook: 130, keras: 102 },
      c: { tunebook: 100, keras: 150, torch: 14 },
      d: { tunebook: 111 },
      added: { tunebook: 1 },
    });
    deepEqual(
      changesBetween(before, now).map(({ name, verdict }) => `${name} ${verdict}`),
      ['a same', 'b slower', 'c faster', 'd slower'],
    );
    const text = describeChanges(before, now);
    match(text, /^slower: b, d$/m);
    match(text, /^in one run only: gone$/m);
    equal(/another/.test(text), false);
    now.machine = { ...now.machine, processor: 'Z80', node: '1.0' };
    match(describeChanges(before, now), /another processor: .+ before, Z80 now/);
    match(describeChanges(before, { ...now, quick: true }), /only one of the two runs was a quick one/);
  });

  it('are kept whole, and read again', () => {
    const row = { name: 'a', work: 'work a', unit: 'ms' as const, goals: [] };
    const results: Result[] = [{ row, measurement: { values: { tunebook: 2 }, notes: [] } }];
    const record = recordOf(results, { quick: true, seconds: 3 });
    deepEqual(readRecord(keepRecord(record, temporaryFolder())), JSON.parse(JSON.stringify(record)));
  });

  it('are refused if a file is another one', () => {
    const file = join(temporaryFolder(), 'other.json');
    for (const text of ['{', '[]', 'null', '{"rows": []}']) {
      writeFileSync(file, text);
      throws(() => readRecord(file), /other\.json is not a kept run of the bench: /);
    }
    throws(() => readRecord(join(file, 'none')), /is not a kept run of the bench: /);
  });

  it('name the instructions of their processor', () => {
    deepEqual(instructionsIn('processor : 0\nflags\t\t: fpu avx2 avx512f\n'), ['avx2', 'avx512f']);
    deepEqual(instructionsIn('Features\t: fp asimd\n'), ['asimd']);
    deepEqual(instructionsIn(''), []);
  });

  it('fill a page on which the fastest of each row is bold', () => {
    const page = pageOf(run({}), [
      {
        row: { name: 'a', work: 'forward, A', unit: 'ms', goals: [{ peers: ['keras', 'onnx'], ratio: 0.95 }] },
        measurement: { values: { tunebook: 200, keras: 320, onnx: 170 }, versions: { onnx: '1.2' }, notes: ['a note'] },
      },
      {
        row: { name: 'decode', work: 'decoding', unit: 'ms', goals: [] },
        measurement: { values: { tunebook: 2, onnx: 1 }, versions: { onnx: '7 of its decoder' }, notes: [] },
      },
    ]);
    match(page, /^\| work \| tunebook \| Keras \| ONNX Runtime \| beside the fastest \| goal \| {2}\|$/m);
    match(
      page,
      /^\| forward, A \| 200 ms \| 320 ms \| \*\*170 ms\*\* \| 0\.85x \| 0\.95x Keras\/ONNX Runtime \| missed \|$/m,
    );
    match(page, /^- ONNX Runtime 1\.2$/m);
    match(page, /^- a: a note$/m);
  });
});
