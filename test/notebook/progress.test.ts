import assert from 'node:assert/strict';
import { progressBar } from '../../src/notebook';
import { liveUpdatesSent } from '../../src/notebook/live';
import { formatSeconds, Meter } from '../../src/terminal/meter';
import { TerminalLine } from '../../src/terminal/terminalLine';
import { inFakeKernel } from './fakeKernel';

const decode = (done: number, total = 350) => ({ task: 'decode', done, total, unit: 'pictures' });

/** A clock that tests set, in milliseconds. */
function clock() {
  const time = { now: 0 };
  return { time, now: () => time.now };
}

describe('the text of progress', () => {
  it('contains the task, the number done, the total, the rate and the time left', () => {
    const { time, now } = clock();
    const meter = new Meter(now);
    assert.equal(meter.line(decode(0)), 'decode: 0 of 350 pictures (0%)');
    time.now = 2000;
    assert.equal(meter.line(decode(100)), 'decode: 100 of 350 pictures (28%), 50 pictures/s, 5.0 s left');
    time.now = 7000;
    assert.equal(meter.line(decode(350)), 'decode: 350 of 350 pictures (100%), 50 pictures/s');
    assert.equal(meter.summary(decode(350)), 'decode: 350 pictures in 7.0 s (50 pictures/s)');
    assert.equal(meter.summary(decode(100)), 'decode: stopped after 100 of 350 pictures, 7.0 s (14 pictures/s)');
  });

  it('starts again with another task, and does not count what was done before the first report', () => {
    const { time, now } = clock();
    const meter = new Meter(now);
    meter.line(decode(300));
    time.now = 1000;
    assert.match(meter.line(decode(310)), /10 pictures\/s, 4\.0 s left/);
    assert.equal(meter.line({ task: 'train', done: 5, total: 10, unit: 'batches' }), 'train: 5 of 10 batches (50%)');
  });

  it('shows bytes as megabytes', () => {
    const { time, now } = clock();
    const meter = new Meter(now);
    const of = (done: number) => ({ task: 'download', done, total: 20_221_428, unit: 'bytes' });
    meter.line(of(0));
    time.now = 2000;
    assert.equal(meter.line(of(10_000_000)), 'download: 10.0 of 20.2 MB (49%), 5.0 MB/s, 2.0 s left');
    time.now = 4000;
    assert.equal(meter.summary(of(20_221_428)), 'download: 20.2 MB in 4.0 s (5.1 MB/s)');
  });

  it('accepts a total of 0', () => {
    assert.equal(new Meter(() => 0).line(decode(0, 0)), 'decode: 0 pictures');
  });

  it('shows times in a readable form', () => {
    assert.deepEqual([0.04, 9.94, 9.96, 59.4, 59.6, 125, 3599.6, 3720].map(formatSeconds), [
      '0.0 s',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 00 min',
      '1 h 02 min',
    ]);
  });
});

describe('a progress bar in a notebook', () => {
  it('is a progress element with a name, updated in place, and a line of text at the end', () =>
    inFakeKernel(async (sent) => {
      const bar = progressBar();
      bar.update({ ...decode(120), task: 'decode <x>' });
      await liveUpdatesSent();
      await bar.end();
      const html = sent.map(({ data }) => String(data['text/html']));
      assert.match(html[0]!, /<progress value="120" max="350" aria-label="decode &#60;x&#62;"/);
      assert.ok(!html.at(-1)!.includes('<progress') && html.at(-1)!.includes('stopped after 120 of 350 pictures'));
      assert.ok(sent.every(({ data }) => 'text/plain' in data));
      assert.ok(sent.slice(1).every(({ isUpdate }) => isUpdate));
    }));

  it('shows nothing if nothing was reported', () =>
    inFakeKernel(async (sent) => {
      await progressBar().end();
      assert.equal(sent.length, 0);
    }));
});

describe('a line of status', () => {
  it('is redrawn in place on a terminal, cut to its width, and moves below other lines', () => {
    const { time, now } = clock();
    let written = '';
    const line = new TerminalLine({ write: (text) => (written += text), isTTY: true, columns: 10 }, now);
    line.status('short');
    line.status('too soon');
    time.now = 100;
    line.status('much longer than that');
    line.print('stays');
    assert.equal(written, '\r\x1b[Kshort\r\x1b[Kmuch lon…\r\x1b[Kstays\n');
    line.clear();
    assert.ok(written.endsWith('stays\n'), 'nothing to remove');
  });

  it('is a line every ten seconds in a file, without control characters', () => {
    const { time, now } = clock();
    let written = '';
    const line = new TerminalLine({ write: (text) => (written += text) }, now);
    for (let second = 0; second <= 25; second++) {
      time.now = 1000 * second;
      line.status(`at ${second}`);
    }
    line.print('done');
    assert.equal(written, 'at 10\nat 20\ndone\n');
  });
});
