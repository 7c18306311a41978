import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { tryFileLock, withFileLock } from '../../src/core/fileLock';
import { temporaryFolder } from '../folders';

const PROCESSES = 4;
const ROUNDS = 100;

/** The content of a lock whose process has ended. */
const dead = (token: string) => JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), begun: '1', token });

/** The state of the lock before a round. */
const starts: Record<string, (file: string) => void> = {
  'a lock that is free': () => {},
  'a lock that was left behind': (file) => writeFileSync(file, dead('aa')),
  'a lock that an older version left behind': (file) =>
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() })),
  'a lock whose next owner was killed while it took over': (file) => {
    writeFileSync(file, dead('aa'));
    writeFileSync(`${file}.aa`, dead('bb'));
    writeFileSync(`${file}.aa.bb`, dead('cc'));
  },
};

describe('a file lock', () => {
  let racers: ChildProcess[] = [];

  before(async () => {
    racers = Array.from({ length: PROCESSES }, () => fork(join(__dirname, 'fileLockRacer.js')));
    await Promise.all(racers.map((racer) => new Promise((ready) => racer.once('message', ready))));
  });

  after(() => {
    for (const racer of racers) racer.kill();
  });

  for (const [what, start] of Object.entries(starts)) {
    it(`${what} goes to one of several processes, every time`, async () => {
      const folder = temporaryFolder();
      const held: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const file = join(folder, 'lock');
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
        start(file);
        const at = Date.now() + 5; // all at the same moment
        const got = await Promise.all(
          racers.map((racer) => {
            const answer = new Promise<boolean>((resolve) => racer.once('message', resolve));
            racer.send({ file, at });
            return answer;
          }),
        );
        held.push(got.filter(Boolean).length);
        assert.deepEqual(readdirSync(folder), ['lock']);
      }
      assert.deepEqual(
        held.filter((count) => count !== 1),
        [],
      );
    });
  }

  it('is free after it was released', () => {
    const file = join(temporaryFolder(), 'lock');
    for (let round = 0; round < 3; round++) {
      const lock = tryFileLock(file);
      assert.ok('release' in lock);
      const second = tryFileLock(file);
      assert.ok('holder' in second && second.holder?.pid === process.pid);
      lock.release();
      assert.ok(!existsSync(file));
    }
  });

  it('does not release a lock that another process has taken over', () => {
    const file = join(temporaryFolder(), 'lock');
    const lock = tryFileLock(file);
    assert.ok('release' in lock);
    writeFileSync(file, dead('aa'));
    lock.release();
    assert.ok(existsSync(file));
  });

  it('of another machine is respected as long as its file is updated, or for ever', () => {
    const file = join(temporaryFolder(), 'lock');
    writeFileSync(file, JSON.stringify({ pid: 1, host: 'elsewhere', begun: '1', token: 'aa' }));
    const isHeld = (staleSeconds?: number) => 'holder' in tryFileLock(file, { staleSeconds });
    assert.ok(isHeld() && isHeld(100));
    utimesSync(file, new Date(0), new Date(0));
    assert.ok(isHeld());
    assert.ok(!isHeld(100));
  });

  it('with a content that a stranger wrote has no effect on other files', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'locks', 'lock');
    mkdirSync(join(folder, 'locks'));
    writeFileSync(join(folder, 'precious'), 'mine');
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), begun: '1', token: '/../../precious' }));
    assert.ok('release' in tryFileLock(file));
    assert.ok(existsSync(join(folder, 'precious')));
    for (const content of ['', 'null', '[]', '{"pid": -1, "host": 3}', '['.repeat(2000), 'x'.repeat(10_000)]) {
      writeFileSync(file, content);
      assert.deepEqual(tryFileLock(file), { holder: undefined });
    }
    rmSync(file);
    symlinkSync('/dev/zero', file);
    assert.deepEqual(tryFileLock(file), { holder: undefined });
  });

  it('makes work wait for other work', async () => {
    const file = join(temporaryFolder(), 'lock');
    const journal: string[] = [];
    const work = (name: string) =>
      withFileLock(
        file,
        async () => {
          journal.push(`${name} begins`);
          await new Promise((done) => setTimeout(done, 20));
          journal.push(`${name} ends`);
        },
        () => journal.push(`${name} waits`),
      );
    await Promise.all([work('a'), work('b')]);
    assert.deepEqual(journal, ['a begins', 'b waits', 'a ends', 'b begins', 'b ends']);
  });
});
