import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand } from '../cli/runCommand';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { madeUpPredictions, writeRun } from './madeUpRun';

describe('tunebook report', function () {
  this.timeout(60_000);
  const report = (...args: string[]) => runCommand('report', ...args);
  const newRun = () => writeRun(['cat', 'dog'], madeUpPredictions(['cat', 'dog'], 20));

  it('prints a run as text', async () => {
    const { status, stdout } = await report(newRun());
    assert.equal(status, 0);
    assert.match(stdout, /^Validation: \d+ of 20 right/);
  });

  it('writes the page into the run folder, prints its path, and says what is left out', async () => {
    const run = newRun();
    const { status, stdout, stderr } = await report(run, '--html');
    const page = join(run, 'report.html');
    assert.deepEqual([status, stdout], [0, `${page}\n`]);
    assert.match(
      stderr,
      /^missing from '.*nowhere': 20 of the 20 validation pictures; galleries and Grad-CAM are left out/,
    );
    assert.match(readFileSync(page, 'utf8'), /^<!doctype html>/);
  });

  it('writes the page to --out, and makes missing folders', async () => {
    const run = newRun();
    const page = join(temporaryFolder(), 'new', 'folders', 'page.html');
    const { status, stdout } = await report(run, '--html', '--out', page);
    assert.deepEqual([status, stdout], [0, `${page}\n`]);
    assert.ok(readFileSync(page, 'utf8').includes('<h1>run &#60;b&#62;</h1>'));
    assert.equal(existsSync(join(run, 'report.html')), false);
  });

  it('overwrites earlier reports, and no other file', async () => {
    const run = newRun();
    assert.equal((await report(run, '--html')).status, 0);
    assert.equal((await report(run, '--html')).status, 0);
    const mine = join(temporaryFolder(), 'mine.html');
    writeFileSync(mine, '<!doctype html><title>mine</title>');
    for (const file of [join(run, 'config.json'), mine]) {
      const before = readFileSync(file, 'utf8');
      const { status, stderr } = await report(run, '--html', '--out', file);
      assert.equal(status, 1);
      assert.match(stderr, /^tunebook: '.*' exists and is not a report: give another file with --out\n$/);
      assert.equal(readFileSync(file, 'utf8'), before);
    }
  });

  it("does not show a user's pictures that a stranger's run names", async () => {
    const home = await stripesFolder(2);
    const predictions = ['red/0.png', 'blue/1.png'].map((file, label) => ({
      ...{ file, label, predicted: 1 - label },
      probabilities: [label, 1 - label],
    }));
    const drawn = async (run: string, ...more: string[]) => {
      assert.equal((await report(run, '--html', '--no-explain', ...more)).status, 0);
      return /<ul class="pictures">/.test(readFileSync(join(run, 'report.html'), 'utf8'));
    };
    const own = writeRun(['red', 'blue'], predictions, home);
    assert.equal(await drawn(own), true);
    const forget = (run: string, hashes: unknown) => {
      const metrics = JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8'));
      writeFileSync(join(run, 'metrics.json'), JSON.stringify({ ...metrics, validationHashes: hashes }));
      return run;
    };
    for (const hashes of [undefined, [], ['', ''], ['0'.repeat(64), '0'.repeat(64)]]) {
      const strangers = forget(writeRun(['red', 'blue'], predictions, home), hashes);
      assert.equal(await drawn(strangers), false);
      assert.equal(await drawn(strangers, '--data', home), true); // the user asked for it
    }
    const outside = predictions.map((each) => ({ ...each, file: join('..', basename(home), each.file) }));
    const strangers = forget(writeRun(['red', 'blue'], outside, home), []);
    assert.equal(await drawn(strangers, '--data', home), false);
    assert.equal(await drawn(strangers, '--data', temporaryFolder()), false);
  });

  it('shows no Grad-CAM with --no-explain, and does not report it as missing', async () => {
    const data = await stripesFolder(1);
    const predictions = [{ file: 'red/0.png', label: 0, predicted: 0, probabilities: [0.9, 0.1] }];
    const run = writeRun(['red', 'blue'], predictions, data); // without a model
    const page = join(run, 'report.html');
    assert.match(
      (await report(run, '--html')).stderr,
      /^no Grad-CAM, occlusion and embedding in the report: .* it has no model/,
    );
    assert.match(readFileSync(page, 'utf8'), /Grad-CAM/);
    assert.deepEqual(await report(run, '--html', '--no-explain'), { status: 0, stdout: `${page}\n`, stderr: '' });
    assert.doesNotMatch(readFileSync(page, 'utf8'), /Grad-CAM/);
  });

  it('refuses impossible arguments in one line, before any work', async () => {
    const run = newRun();
    const nowhere = join(temporaryFolder(), 'nowhere');
    const mistakes: [string[], RegExp][] = [
      [[run, '--out', 'page.html'], /--out is the file of the page: give --html, too/],
      [[run, '--html', '--out', run], /'.*' is not a file name: give one for a report, such as report\.html/],
      [[run, '--html', '--out', ''], /'' is not a file name/],
      [
        [run, '--html', '--out', join(run, 'config.json', 'page.html')],
        /cannot be written: .*; give another folder for/,
      ],
      [[nowhere, '--html'], /no folder '.*nowhere': give the folder of a run or of a study/],
      [[nowhere], /no folder '.*nowhere'/],
      [[temporaryFolder(), '--html'], /is not a run folder: it has no config\.json/],
    ];
    for (const [args, message] of mistakes) {
      const { status, stdout, stderr } = await report(...args);
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, message);
      assert.match(stderr, /^tunebook: [^\n]*\n$/);
    }
    assert.equal(existsSync(nowhere), false);
    assert.equal(existsSync(join(run, 'report.html')), false);
  });
});
