import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { load } from './helpers';

interface Report {
  begin(number: number, count: number, title: string): void;
  progress(what: string, done?: number, total?: number, unit?: string): void;
  end(seconds: number): void;
}
interface ReportModule {
  formatSeconds(seconds: number): string;
  formatProgress(done: number, total: number, unit: string): string;
  Report: new (stream: Writable) => Report;
}

class Screen extends Writable {
  text = '';
  columns = 48;
  constructor(readonly isTTY: boolean) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('the report of the set-up', () => {
  let report: ReportModule;
  before(async () => {
    report = await load<ReportModule>('lib', 'report.mjs');
  });

  it('writes durations in a readable form', () => {
    assert.deepEqual([0.04, 9.94, 9.96, 59.4, 59.6, 125].map(report.formatSeconds), [
      '0.0 s',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min 0 s',
      '2 min 5 s',
    ]);
  });

  it('writes progress with a unit that fits the size', () => {
    assert.equal(report.formatProgress(148e6, 258_876_263, 'bytes'), '148 of 259 MB');
    assert.equal(report.formatProgress(1.26e6, 1.95e6, 'bytes'), '1.3 of 1.9 MB');
    assert.equal(report.formatProgress(500, 98_000, 'bytes'), '1 of 98 kB');
    assert.equal(report.formatProgress(96, 95, 'packages'), '95 of 95 packages');
  });

  it('redraws one line on a terminal, cut to its width', () => {
    const screen = new Screen(true);
    const shown = new report.Report(screen);
    shown.begin(4, 7, 'TensorFlow');
    shown.progress('unpacking', 10, 10, 'files');
    shown.progress('x'.repeat(100), 5, 5, 'files');
    shown.end(31.2);
    const drawn = screen.text.split('\r\x1b[2K');
    assert.equal(drawn[1], '[4/7] TensorFlow');
    assert.equal(drawn[2], '[4/7] TensorFlow: unpacking  10 of 10 files');
    assert.equal(drawn[3]?.length, 47);
    assert.equal(drawn.at(-1), '[4/7] TensorFlow  done in 31 s\n');
    assert.equal(screen.text.match(/\n/g)?.length, 1);
  });

  it('prints few plain lines where there is no terminal', () => {
    const screen = new Screen(false);
    const shown = new report.Report(screen);
    shown.begin(1, 7, 'Node packages');
    for (let i = 0; i <= 1000; i++) shown.progress('installing', i, 1000, 'packages');
    shown.end(2);
    assert.equal(screen.text, '[1/7] Node packages\n[1/7] Node packages  done in 2.0 s\n');
  });
});
