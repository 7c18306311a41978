import assert from 'node:assert/strict';
import { Session } from './session';

/** Functions that a cell may replace, each with its owner and its name. */
const builtins: readonly (readonly [owner: string, name: string])[] = [
  ...['map', 'push', 'shift', 'slice', 'splice', 'join', 'filter', 'includes', 'forEach'].map(
    (name) => ['Array.prototype', `'${name}'`] as const,
  ),
  ...['replace', 'split', 'slice', 'startsWith', 'indexOf', 'trim'].map(
    (name) => ['String.prototype', `'${name}'`] as const,
  ),
  ['Array.prototype', 'Symbol.iterator'],
  ['Array', "'from'"],
  ['Array', "'isArray'"],
  ['Promise.prototype', "'then'"],
  ['Promise.prototype', "'catch'"],
  ['Promise', "'race'"],
  ['Promise', "'resolve'"],
  ['globalThis', "'Promise'"],
  ['JSON', "'stringify'"],
  ['JSON', "'parse'"],
  ['Object', "'keys'"],
  ['Object', "'assign'"],
  ['Object', "'defineProperty'"],
  ['Function.prototype', "'call'"],
  ['Function.prototype', "'bind'"],
  ['Reflect', "'apply'"],
  ['Map.prototype', "'get'"],
  ['Map.prototype', "'set'"],
  ['RegExp.prototype', "'exec'"],
  ['Buffer', "'from'"],
  ['Buffer', "'concat'"],
  ['Buffer.prototype', "'toString'"],
  ['globalThis', "'Buffer'"],
  ['globalThis', "'setTimeout'"],
  ['globalThis', "'setImmediate'"],
  ['globalThis', "'console'"],
  ['console', "'log'"],
  ['process', "'nextTick'"],
  ['process', "'emit'"],
  ['process', "'listeners'"],
  ['process', "'binding'"],
  ['process.stdout', "'write'"],
  ['process.stderr', "'write'"],
  ['Date', "'now'"],
  ['require("node:events").prototype', "'emit'"],
  ['require("node:events").prototype', "'on'"],
  ['require("node:async_hooks").AsyncLocalStorage.prototype', "'run'"],
  ['require("node:async_hooks").AsyncLocalStorage.prototype', "'getStore'"],
  ['require("node:fs")', "'writeSync'"],
  ['require("node:vm")', "'Script'"],
];

describe('a kernel', function () {
  this.timeout(120_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  it('still works if a cell replaces built-in functions', async () => {
    const fail = '() => { throw new Error("not what it was"); }';
    for (const [owner, name] of builtins) {
      const change = `const owner = ${owner} as any, was = owner[${name}]; owner[${name}] = ${fail};`;
      const broken = await session.run(
        `globalThis.back = () => { owner[${name}] = was; };\n${change}`.replace('globalThis', '(globalThis as any)'),
      );
      assert.equal(broken.reply.status, 'ok', `${owner} ${name}: ${JSON.stringify(broken.reply)}`);
      const next = await session.run("'still ' + 'here'");
      assert.equal(next.result?.['text/plain'], 'still here', `${owner} ${name}: ${JSON.stringify(next.reply)}`);
      const error = await session.run("throw new RangeError('an error, too')");
      assert.equal(error.error?.evalue, 'an error, too', `${owner} ${name}`);
      const printed = await session.run('(globalThis as any).back(); console.log("printed");');
      assert.equal(printed.stdout, 'printed\n', `${owner} ${name}: ${JSON.stringify(printed.reply)}`);
    }
  });

  it('still works if a cell removes all listeners of the process', async () => {
    await session.run('process.removeAllListeners();');
    const { stderr } = await session.run(
      [
        "Promise.reject(new Error('nobody awaits me'));",
        "setTimeout(() => { throw new Error('in a timer'); }, 1);",
        'await new Promise((done) => setTimeout(done, 100));',
      ].join('\n'),
    );
    assert.match(stderr, /nobody awaits me/);
    assert.match(stderr, /in a timer/);
    const running = await session.begin("console.log('on'); await new Promise(() => {});");
    await running.printed('on');
    await session.interrupt();
    assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
    assert.equal((await session.run('1 + 1')).result?.['text/plain'], '2');
  });
});

describe('a value that cannot be read', function () {
  this.timeout(120_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  const throws = "get() { throw new Error('no'); }";
  const traps = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'];
  const hostile: readonly (readonly [what: string, code: string])[] = [
    ['an error without a stack that can be read', `Object.defineProperty(new Error('x'), 'stack', { ${throws} })`],
    ['an error without a message that can be read', `Object.defineProperty(new Error('x'), 'message', { ${throws} })`],
    ['an error without a name that can be read', `Object.defineProperty(new Error('x'), 'name', { ${throws} })`],
    ['an error whose name is a symbol', "Object.assign(new Error('x'), { name: Symbol('s') })"],
    [
      'an error whose message is not a string',
      "Object.assign(new Error('x'), { message: { toString() { throw 1; } } })",
    ],
    ['an error that is its own cause', "(() => { const e = new Error('x'); e.cause = e; return e; })()"],
    ['an error with a cause that cannot be read', `Object.defineProperty(new Error('x'), 'cause', { ${throws} })`],
    ['an error whose parts are not a list', "Object.assign(new Error('x'), { errors: { length: 1e9 } })"],
    [
      'an object whose display method throws',
      `({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no'); } })`,
    ],
    ['an object whose tag cannot be read', `({ ${throws.replace('get()', 'get [Symbol.toStringTag]()')} })`],
    ['an object whose constructor cannot be read', `({ ${throws.replace('get()', 'get constructor()')} })`],
    ['an object that cannot be turned into a primitive', '({ [Symbol.toPrimitive]() { throw new Error(); } })'],
    [
      'a proxy that refuses everything',
      `new Proxy({}, { ${traps.map((trap) => `${trap}() { throw new Error('no'); }`).join(', ')} })`,
    ],
    [
      'a proxy of a function',
      "new Proxy(() => {}, { apply() { throw new Error(); }, get() { throw new Error('no'); } })",
    ],
    ['a revoked proxy', '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()'],
    ['an object without a prototype', 'Object.create(null)'],
    ['a thenable that throws', "({ then() { throw new Error('x'); } })"],
    [
      'a million nested objects',
      'Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => ({ a: { b: 1 } }))))',
    ],
    [
      'an object with a hundred thousand properties',
      "Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['p' + i, i]))",
    ],
    [
      'a chain of ten thousand objects',
      '(() => { let o: any = {}; for (let i = 0; i < 1e4; i++) o = { o }; return o; })()',
    ],
    ['a text of ten million letters', "'x'.repeat(1e7)"],
    [
      'a MIME bundle that cannot be converted to JSON',
      "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 1n }) })",
    ],
  ];
  for (const [what, code] of hostile) {
    it(`can show and throw a strange value: ${what}`, async () => {
      const shown = await session.run(`(${code}) as any`);
      const size = JSON.stringify(shown.result ?? shown.error ?? {}).length;
      assert.ok(size < 1_000_000, `${size} characters`);
      assert.ok(shown.result ?? shown.error, 'there is something to see');
      const thrown = await session.run(`throw (${code}) as any`);
      assert.equal(thrown.reply.status, 'error');
      assert.ok((thrown.error?.traceback.length ?? 0) > 0);
      assert.equal((await session.run('1 + 1')).result?.['text/plain'], '2');
    });
  }

  it('can be interrupted while it is shown', async () => {
    const code = "({ [Symbol.for('nodejs.util.inspect.custom')]() { console.log('on'); for (;;); } })";
    for (const cell of [code, `throw ${code}`]) {
      const running = await session.begin(cell);
      await running.printed('on');
      await session.interrupt();
      assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
    }
    assert.equal((await session.run('1 + 1')).result?.['text/plain'], '2');
  });
});

describe('the process of the cells', function () {
  this.timeout(120_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  it('lets the kernel answer requests while a cell computes without a pause', async () => {
    const running = await session.begin("console.log('on'); for (;;);");
    await running.printed('on');
    const reply = await session.ask('complete_request', { code: 'Mat', cursor_pos: 3 });
    assert.ok((reply.matches as string[]).includes('Math'));
    await session.interrupt();
    assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
  });

  it('shows what child processes and native code print, in order', async () => {
    const { stdout, stderr } = await session.run(
      [
        "import { spawn, spawnSync } from 'node:child_process';",
        "spawnSync('sh', ['-c', 'echo out; echo err >&2'], { stdio: 'inherit' });",
        "const late = spawn('sh', ['-c', 'for i in 1 2 3; do echo $i; done; printf \"\\\\342\\\\202\"; printf \"\\\\254\"'], { stdio: ['ignore', 'inherit', 'inherit'] });",
        "await new Promise((done) => late.once('close', done));",
      ].join('\n'),
    );
    assert.equal(stdout, 'out\n1\n2\n3\n€');
    assert.equal(stderr, 'err\n');
    const next = await session.run("console.log('next');");
    assert.equal(next.stdout, 'next\n');
  });

  it('passes the stop button on to a child process for which a cell waits', async () => {
    const running = await session.begin(
      "console.log('on'); require('node:child_process').spawnSync('sleep', ['60'], { stdio: 'inherit' });",
    );
    await running.printed('on');
    await session.interrupt();
    const { reply } = await running.finished; // immediately, not after a minute
    assert.equal(reply.status, 'error');
  });
});

describe('a kernel that has to end', function () {
  this.timeout(120_000);
  const ends: readonly (readonly [code: string, why: RegExp])[] = [
    ['process.exit(3)', /a cell called process\.exit\(3\)/],
    ["process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});", /killed \(SIGKILL\).*memory/],
    ['process.abort()', /aborted \(SIGABRT\)/],
  ];
  for (const [code, why] of ends) {
    it(`says why in the cell that did it: ${code}`, async () => {
      const session = await Session.start();
      try {
        const { error, reply, stdout } = await session.run(`console.log('before');\n${code}`);
        assert.equal(stdout, 'before\n');
        assert.equal(reply.status, 'error');
        assert.equal(error?.ename, 'KernelEnded');
        assert.match(error?.evalue ?? '', why);
        for (let i = 0; i < 100 && (await session.alive()); i++) await new Promise((next) => setTimeout(next, 100));
        assert.equal(await session.alive(), false); // so that Jupyter restarts it
      } finally {
        await session.stop();
      }
    });
  }

  it('also ends the process of the cells, even in an endless loop', async () => {
    const session = await Session.start();
    const { result } = await session.run('process.pid');
    const pid = Number(result?.['text/plain']);
    const running = await session.begin("console.log('on'); for (;;);");
    await running.printed('on');
    await session.stop();
    for (let i = 0; i < 50 && isAlive(pid); i++) await new Promise((next) => setTimeout(next, 100));
    assert.equal(isAlive(pid), false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
