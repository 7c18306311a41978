import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load, node, removeFolders, setupFile, temporaryFolder } from './helpers';

interface Lock {
  setChildren(pids: readonly number[]): void;
  release(): void;
}
interface LockModule {
  takeLock(file: string, onWait?: (pid: number) => void): Promise<Lock>;
}
interface ProcessesModule {
  nameProcess(pid: number): { pid: number; started: string };
  isAlive(name: { pid: number; started: string } | undefined): boolean;
}

const lockUrl = pathToFileURL(setupFile('lib', 'lock.mjs')).href;

/** A process that takes the lock, writes 'in' and 'out' to a file before and after some work, and prints whom it waited for. */
const WORKER = `
  import { appendFileSync } from 'node:fs';
  const { takeLock } = await import(${JSON.stringify(lockUrl)});
  const [file, journal] = process.argv.slice(1);
  const lock = await takeLock(file, (pid) => console.log('waits for', pid));
  appendFileSync(journal, 'in\\n');
  await new Promise((done) => setTimeout(done, 100));
  appendFileSync(journal, 'out\\n');
  lock.release();
`;

const worker = (file: string, journal: string, seen?: Parameters<typeof node>[2]) =>
  node(['--input-type=module', '-e', WORKER, file, journal], {}, seen);

describe('the lock of the set-up', () => {
  after(removeFolders);

  it('is held by one process at a time, and by each of them in the end', async () => {
    const folder = temporaryFolder();
    const journal = join(folder, 'journal');
    const ended = await Promise.all(Array.from({ length: 5 }, () => worker(join(folder, 'lock'), journal)));
    assert.deepEqual(
      ended.map(({ code }) => code),
      [0, 0, 0, 0, 0],
    );
    assert.equal(readFileSync(journal, 'utf8'), 'in\nout\n'.repeat(5));
    assert.equal(existsSync(join(folder, 'lock')), false);
  });

  it('names the process that is waited for', async () => {
    const { takeLock } = await load<LockModule>('lib', 'lock.mjs');
    const folder = temporaryFolder();
    const lock = await takeLock(join(folder, 'lock'));
    let released = false;
    const { stdout } = await worker(join(folder, 'lock'), join(folder, 'journal'), (_, printed) => {
      if (!released && printed.includes('\n')) lock.release();
      released ||= printed.includes('\n');
    });
    assert.equal(stdout, `waits for ${process.pid}\n`);
  });

  it('is taken over from a process that was killed, and its running child process is ended', async () => {
    const { takeLock } = await load<LockModule>('lib', 'lock.mjs');
    const { nameProcess, isAlive } = await load<ProcessesModule>('lib', 'processes.mjs');
    const folder = temporaryFolder();
    const orphan = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const child = nameProcess(orphan.pid ?? 0);
    assert.ok(isAlive(child));
    const killed = spawn('true');
    const owner = nameProcess(killed.pid ?? 0);
    await new Promise((done) => killed.on('close', done));
    writeFileSync(join(folder, 'lock'), JSON.stringify({ owner, children: [child] }));
    const gone = new Promise((done) => orphan.on('exit', done));
    const lock = await takeLock(join(folder, 'lock'));
    await gone;
    lock.release();
  });

  it('is not attributed to another process that got the same id', async () => {
    const { takeLock } = await load<LockModule>('lib', 'lock.mjs');
    const file = join(temporaryFolder(), 'lock');
    writeFileSync(file, JSON.stringify({ owner: { pid: process.pid, started: '1' }, children: [] }));
    (await takeLock(file)).release();
  });
});
