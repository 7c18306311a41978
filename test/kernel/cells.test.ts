import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Session } from './session';

/** A project with a notebooks folder, in which cells run. */
class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'tunebook-cells-'));
  session!: Session;

  async start(files: Record<string, string> = {}): Promise<void> {
    this.write({ 'notebooks/keep': '', ...files });
    this.session = await Session.start(join(this.folder, 'notebooks'));
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
  }

  /** The output of a cell, then the value of its last expression; or the first line of its error. */
  async run(code: string): Promise<string> {
    const { stdout, result, error } = await this.session.run(code);
    if (error) return error.traceback[0] ?? error.ename;
    return stdout + String(result?.['text/plain'] ?? '');
  }

  async stop(): Promise<void> {
    await this.session?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('the language of cells', function () {
  this.timeout(120_000);
  const project = new Project();
  before(() => project.start());
  after(() => project.stop());

  const cells: readonly (readonly [what: string, code: string, expected: string])[] = [
    ['methods of this Node', '[[3, 1].toSorted(), [1, 2].findLast(Boolean)].join()', '1,3,2'],
    [
      'export, which has no effect',
      'export const batch = 3; export function f() { return batch; } export type T = { a: number }; f()',
      '3',
    ],
    ['names that were exported', 'const t: T = { a: batch }; t.a', '3'],
    ['an exported value', 'export default { a: 1 };', '{ a: 1 }'],
    ['a list of exports', 'let m = 1; export { m as other }; m', '1'],
    [
      '`using`',
      "{ using a = { [Symbol.dispose]() { console.log('disposed'); } }; console.log('in'); }",
      'in\ndisposed\n',
    ],
    ['import.meta', 'import.meta.dirname === __dirname && __dirname.endsWith("notebooks")', 'true'],
    [
      'await of anything',
      'const [one] = await [1]; for await (const two of [2]) console.log(one, two); await (async () => 3)()',
      '1 2\n3',
    ],
    [
      'generators',
      'function* g() { yield 1; } async function* h() { yield* g(); } for await (const x of h()) console.log(x)',
      '1\n',
    ],
    [
      'decorators',
      'function d(v: unknown, c: ClassMethodDecoratorContext) { console.log(c.name); } class D { @d m() {} }',
      'm\n',
    ],
    ['enums and namespaces', 'enum Color { Red, Blue } namespace N { export const z = 1; } Color.Blue + N.z', '2'],
    ['those of an earlier cell', 'Color[Color.Blue] + N.z', 'Blue1'],
    [
      'patterns with defaults',
      'const { q = 5, p: [r = 6], ...rest } = { p: [], s: 7 } as { q?: number; p: number[]; s: number }; console.log(q, r, rest)',
      '5 6 { s: 7 }\n',
    ],
    ['names from patterns', 'q + r', '11'],
    ['var in a loop', 'for (var i = 0; i < 3; i++); i', '3'],
    ['var of an earlier cell', 'i', '3'],
    ['hoisted functions', "console.log(up()); function up() { return 'up'; }", 'up\n'],
    ['generic classes', 'class Box<T> { constructor(readonly value: T) {} } new Box(3).value', '3'],
    [
      'a class declared again',
      'class Box { other = 1 } const Color = "a text"; [new Box().other, Color].join(" ")',
      '1 a text',
    ],
    ['a name declared again with another type', 'const batch = "a text"; batch.length', '6'],
    ['satisfies and as const', "({ a: 'x' } as const satisfies { a: string }).a", 'x'],
    ['declare', 'declare const nowhere: number; typeof nowhere', 'undefined'],
    ['a label', 'outer: for (;;) { for (;;) break outer; } "out"', 'out'],
    ['nothing but a comment', '// nothing', ''],
    [
      "all forms of importing Node's modules",
      "import fs, { existsSync as there } from 'fs'; import * as path from 'node:path'; [typeof fs.readFileSync, typeof there, path.posix.sep].join()",
      'function,function,/',
    ],
    ['an import of an earlier cell', 'typeof there', 'function'],
    ['dynamic import', "(await import('node:path')).sep === path.sep", 'true'],
    ['a package without import syntax', "typeof require('node:os').cpus", 'function'],
    [
      'parameters without a type',
      'const double = (x) => 2 * x; try { double(1); } catch (e) { e.message } double(2)',
      '4',
    ],
    ['an empty list that is filled later', 'const rows = []; rows.push({ a: 1 }); rows.length', '1'],
    ['what may be undefined', '[{ a: 1 }].at(-1).a', '1'],
  ];
  for (const [what, code, expected] of cells) {
    it(`has ${what}`, async () => {
      assert.equal(await project.run(code), expected);
    });
  }

  it('shares variables between cells: a function sees the value that a later cell has set', async () => {
    await project.run('let rate = 1; const current = () => rate; const raise = () => { rate += 1; };');
    assert.equal(await project.run("rate = 10; raise(); [current(), rate].join(' ')"), '11 11');
    assert.equal(await project.run('({ rate } = { rate: 5 }); current()'), '5');
    assert.match(await project.run("rate = 'high'"), /Type 'string' is not assignable to type 'number'/);
  });

  it('keeps what a cell had computed before it threw, and only that', async () => {
    assert.equal(await project.run("const half = 4; throw new Error('no'); const whole = 8;"), 'Error: no');
    assert.equal(await project.run('half'), '4');
    assert.match(await project.run('whole'), /Cannot find name 'whole'/);
  });

  it('reports mistakes in one line, with their position', async () => {
    assert.match(
      await project.run('const wrong: number = null;'),
      /^TS2322 in cell \[\d+\], line 1, column 7: Type 'null'/,
    );
    assert.match(
      await project.run('export const a = 1;\nexport const b: string = a;'),
      /line 2, column 14: Type 'number'/,
    );
    assert.match(
      await project.run("import { x } from './nowhere';"),
      /line 1, column 19: Cannot find module '\.\/nowhere'/,
    );
    assert.match(await project.run('const = 1'), /line 1/);
  });

  it('uses the tsconfig.json next to the notebook from the next cell on', async () => {
    assert.equal(await project.run('[1].at(-1).toFixed()'), '1');
    project.write({ 'notebooks/tsconfig.json': '{ "compilerOptions": { "strict": true } }' });
    assert.match(await project.run('[1].at(-1).toFixed()'), /possibly 'undefined'/);
    project.write({ 'notebooks/tsconfig.json': '{ "compilerOptions": { "strict": "yes" } }' });
    assert.match(await project.run('1'), /tsconfig\.json.*'strict' requires a value of type boolean/);
    rmSync(join(project.folder, 'notebooks', 'tsconfig.json'));
    assert.equal(await project.run('[1].at(-1).toFixed()'), '1');
  });
});

describe('local modules', function () {
  this.timeout(120_000);
  const project = new Project();
  before(() =>
    project.start({
      'lib/util.ts': [
        "import { base } from './base';",
        "import data from './data.json';",
        'export const slow = await new Promise<number>((done) => setTimeout(() => done(base), 10));',
        'export default function twice(x: number): number {',
        "  if (x < 0) throw new RangeError('negative');",
        '  return 2 * x * data.factor;',
        '}',
        "export type { Shape } from './types';",
      ].join('\n'),
      'lib/base.ts': "import { slow } from './util'; export const base: number = 7; export const later = () => slow;",
      'lib/data.json': '{ "factor": 1 }',
      'lib/types.ts': 'export interface Shape { w: number }',
      'lib/dir/index.ts': "export * from '../base';",
      'lib/m.mjs': 'export const where = import.meta.filename;',
      'lib/c.cjs': "exports.c = require('./d.cjs').d;",
      'lib/d.cjs': 'exports.d = 1;',
    }),
  );
  after(() => project.stop());

  it('come from any folder, with or without extension, may import each other, and may use await', async () => {
    const code =
      "import twice, { slow, type Shape } from '../lib/util.ts'; import { later } from '../lib/base'; const s: Shape = { w: 2 };";
    assert.equal(await project.run(`${code} [twice(s.w), slow, later()].join()`), '4,7,7');
    const others =
      "import { base } from '../lib/dir'; import { where } from '../lib/m.mjs'; import { c } from '../lib/c.cjs'; import data from '../lib/data.json' with { type: 'json' };";
    assert.equal(
      await project.run(
        `${others} [base, where.endsWith('m.mjs'), c, data.factor, (await import('../lib/base')).base].join()`,
      ),
      '7,true,1,1,7',
    );
  });

  it('may be imported with attributes when they are needed', async () => {
    const cell = "(await import('../lib/data.json', { with: { type: 'json' } })).default.factor";
    assert.equal(await project.run(cell), '1');
  });

  it('are shown with their own lines in a traceback', async () => {
    const { error } = await project.session.run('twice(-1)');
    assert.ok(
      error?.traceback.some((line) => /twice \(.*lib\/util\.ts:5:\d+\)/.test(line)),
      error?.traceback.join('\n'),
    );
  });

  it('are loaded again when they, or modules that they import, have changed', async () => {
    project.write({ 'lib/data.json': '{ "factor": 10 }', 'lib/d.cjs': 'exports.d = 50;' });
    assert.equal(await project.run('[twice(2), c].join()'), '40,50');
    project.write({
      'lib/base.ts': "import { slow } from './util'; export const base: number = 99; export const later = () => slow;",
    });
    assert.equal(await project.run('[slow, base, later()].join()'), '99,99,99');
  });

  it('may be incomplete or missing for a while: cells report it, and work again afterwards', async () => {
    project.write({ 'lib/base.ts': 'export const base: number = ;' });
    assert.match(await project.run('slow'), /^TS1109 in \.\.\/lib\/base\.ts, line 1, column 29: Expression expected/);
    rmSync(join(project.folder, 'lib', 'base.ts'));
    assert.match(await project.run('slow'), /Cannot find module '\.\/base'/);
    assert.equal(await project.run("'alive'"), 'alive');
    project.write({ 'lib/base.ts': 'export const base: number = 5; export const later = () => base;' });
    assert.equal(await project.run('slow'), '5');
  });

  it('are checked with their types', async () => {
    project.write({ 'lib/types.ts': "export const n: number = 'x'; export interface Shape { w: number }" });
    assert.match(await project.run('slow'), /^TS2322 in \.\.\/lib\/types\.ts, line 1, column 14/);
  });
});

describe('packages', function () {
  this.timeout(120_000);
  const project = new Project();
  before(() =>
    project.start({
      'node_modules/typed/package.json':
        '{ "name": "typed", "version": "1.0.0", "type": "module", "exports": { ".": { "types": "./dist/i.d.ts", "import": "./dist/i.js" } } }',
      'node_modules/typed/dist/i.d.ts':
        'export declare const a: number; declare const rest: string; export default rest;',
      'node_modules/typed/dist/i.js': "export const a = await 1; export default 'rest';",
      'node_modules/old/package.json': '{ "name": "old", "version": "1.0.0", "main": "main.js" }',
      'node_modules/old/main.js': 'module.exports = function old() { return 1; }; module.exports.named = 2;',
    }),
  );
  after(() => project.stop());

  it('are found by their exports, even if they use await at the top level', async () => {
    assert.equal(await project.run("import rest, { a } from 'typed'; [rest, a].join(' ')"), 'rest 1');
  });

  it('of CommonJS are their own default export', async () => {
    assert.equal(
      await project.run(
        "import old, { named } from 'old'; import * as all from 'old'; [old(), named, all.named].join()",
      ),
      '1,2,2',
    );
  });

  it('are found as soon as they are installed', async () => {
    const cell = "import { late } from 'late'; late";
    assert.match(await project.run(cell), /Cannot find module 'late'/);
    project.write({
      'node_modules/late/package.json':
        '{ "name": "late", "version": "1.0.0", "main": "main.js", "types": "main.d.ts" }',
      'node_modules/late/main.js': 'exports.late = 3;',
      'node_modules/late/main.d.ts': 'export declare const late: number;',
    });
    assert.equal(await project.run(cell), '3');
    assert.equal(await project.run("'alive'"), 'alive');
  });
});
