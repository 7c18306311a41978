import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';

// kernel-setup/binding/signals.cc says what is wrong in TensorFlow, and how the binding protects programs from it.

type Name = keyof typeof constants.signals;

const FROM_OUTSIDE: Name[] = ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGCHLD', 'SIGALRM', 'SIGWINCH'];
/** A thread causes these itself. Where they are blocked, they end the process although it has a handler. */
const ITS_OWN: Name[] = ['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGABRT'];

/** The names among some signals that a thread blocks, from its line in /proc. */
const among = (signals: readonly Name[], mask: string) =>
  signals.filter((name) => (BigInt(`0x${mask}`) >> BigInt(constants.signals[name] - 1)) & 1n);

const tensorflow = JSON.stringify(join(projectFolder, 'dist', 'src', 'tensorflow'));

/** Begins programs: `blocked` is what the threads of a process block, by their numbers. */
const BEGIN = `
  const { readdirSync, readFileSync } = require('node:fs');
  const maskOf = (folder) => /SigBlk:\\s*(\\w+)/.exec(readFileSync(folder + '/status', 'utf8'))[1];
  const blocked = () => new Map(readdirSync('/proc/self/task').map((id) => [id, maskOf('/proc/self/task/' + id)]));
  const multiplyFor = (seconds, a, b) => {
    const { tf } = require(${tensorflow});
    const multiply = () => a.matMul(b).dataSync();
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end) tf.tidy(multiply);
  };`;

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Run a program until it ends; `begun` gets its process number when it first prints something. */
function ended(program: string, options: string[] = [], begun: (pid: number) => void = () => {}): Promise<Ended> {
  const env = { ...process.env, TUNEBOOK_DEVICE: 'cpu' };
  const child = spawn(process.execPath, [...options, '-e', BEGIN + program], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').once('data', () => begun(child.pid ?? 0));
  child.stdout.on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done) => child.on('close', (code, signal) => done({ code, signal, stdout, stderr })));
}

describe('signals', () => {
  before(function () {
    // elsewhere TensorFlow has other kernels for products of matrices
    if (process.platform !== 'linux' || process.arch !== 'x64') this.skip();
  });

  it('are blocked in the threads that TensorFlow starts, but for those that a thread causes itself', async () => {
    const { stdout, stderr } = await ended(`
      (async () => {
        await require('node:fs/promises').stat('.'); // starts Node's own threads for files
        const before = blocked();
        const { tf } = require(${tensorflow});
        const { compile } = require(${tensorflow} + '/graph');
        const x = tf.randomUniform([300, 300]);
        compile((a) => a.matMul(a)).call(x).dataSync();
        tf.tidy(() => x.matMul(x).dataSync());
        tf.tidy(() => tf.conv2d(x.reshape([1, 300, 300, 1]), tf.ones([3, 3, 1, 8]), 1, 'same').dataSync());
        const after = blocked();
        const started = [...after].filter(([id]) => !before.has(id)).map(([, mask]) => mask);
        const main = String(process.pid);
        console.log(JSON.stringify({ before: before.get(main), after: after.get(main), started }));
      })();`);
    assert.match(stdout, /started/, stderr);
    const { before, after, started } = JSON.parse(stdout);
    assert.equal(after, before, 'the main thread, afterwards');
    assert.ok(started.length > 0);
    for (const mask of started) {
      assert.deepEqual(among(FROM_OUTSIDE, mask), FROM_OUTSIDE);
      assert.deepEqual(among(['SIGPROF'], mask), ['SIGPROF']);
      assert.deepEqual(among(ITS_OWN, mask), []);
    }
  });

  it('are blocked in the main thread while it multiplies matrices, but for that of the profiler', async () => {
    const masks = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    const look = (pid: number) => {
      const status = () => /SigBlk:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8'))?.[1];
      // no line when the process has just ended
      timer = setInterval(() => masks.add(status() ?? '0'), 3);
    };
    const program = `
      const x = require(${tensorflow}).tf.randomUniform([1000, 1000]);
      process.stdout.write('now');
      multiplyFor(1.5, x, x);`;
    const { code, stderr } = await ended(program, [], look);
    clearInterval(timer);
    assert.equal(code, 0, stderr);
    const found = [...masks].filter((mask) => among(FROM_OUTSIDE, mask).length > 0);
    assert.ok(found.length > 0, [...masks].join());
    for (const mask of found) {
      assert.deepEqual(among(FROM_OUTSIDE, mask), FROM_OUTSIDE);
      assert.deepEqual(among(['SIGPROF', ...ITS_OWN], mask), []);
    }
  });

  it('reach listeners meanwhile, also the end of a child process, which blocks none itself', async () => {
    const { stdout, stderr } = await ended(`
      const x = require(${tensorflow}).tf.randomUniform([400, 400]);
      const script = 'for i in $(seq 20); do kill -WINCH $1; sleep 0.02; done; kill -TERM $1; cat /proc/self/status';
      const { spawn } = require('node:child_process');
      const seen = { WINCH: 0, TERM: 0 };
      for (const name of Object.keys(seen)) process.on('SIG' + name, () => seen[name]++);
      let text = '';
      const child = spawn('sh', ['-c', script, 'sh', process.pid], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.on('data', (more) => (text += more));
      let open = true;
      child.on('exit', () => (open = false));
      const step = () => {
        multiplyFor(0.03, x, x);
        if (open || text === '') setImmediate(step);
        else console.log(JSON.stringify({ ...seen, mask: /SigBlk:\\s*(\\w+)/.exec(text)[1] }));
      };
      step();`);
    assert.match(stdout, /mask/, stderr);
    const { WINCH, TERM, mask } = JSON.parse(stdout);
    assert.ok(WINCH > 5, `${WINCH} of 20`);
    assert.equal(TERM, 1);
    assert.equal(BigInt(`0x${mask}`), 0n);
  });

  it('end a process that does not listen, in the middle of an operation', async () => {
    const program = `
      const { tf } = require(${tensorflow});
      const x = tf.randomUniform([3000, 3000]);
      process.stdout.write('now');
      multiplyFor(60, x, x);`;
    const { signal, stderr } = await ended(program, [], (pid) => process.kill(pid, 'SIGINT'));
    assert.equal(signal, 'SIGINT', stderr);
  });

  it('of the profiler come at once, and destroy nothing', async () => {
    const folder = temporaryFolder();
    // this size destroyed memory in each of 20 runs of 4 s
    const program = `
      const { tf } = require(${tensorflow});
      multiplyFor(2, tf.randomUniform([256, 512]), tf.randomUniform([512, 300]));`;
    const options = ['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', folder];
    const { code, signal, stderr } = await ended(program, options);
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr);
    const { nodes, samples } = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8'));
    // where the operation's function is called
    const calls = (node: ProfileNode) => /executeSingleOutput$/.test(node.callFrame.functionName);
    const ids = new Set(nodes.filter(calls).map(({ id }: ProfileNode) => id));
    const count = samples.filter((id: number) => ids.has(id)).length;
    assert.ok(count > 200, `${count} samples while the operation ran, of ${samples.length}`);
  });
});

interface ProfileNode {
  id: number;
  callFrame: { functionName: string };
}
