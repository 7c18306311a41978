import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, removeFolders, temporaryFolder } from './helpers';

interface Step {
  name: string;
  title: string;
  inputs(): string[];
  artefacts(): string[];
  run(): Promise<void>;
}
interface StepModule {
  isDone(step: Step): boolean;
  carryOut(step: Step, report: unknown): Promise<number>;
}
interface StampsModule {
  hashOf(texts: readonly string[]): string;
  filesIn(folder: string, pattern: RegExp): string[];
}

describe('a step of the set-up', () => {
  const { TUNEBOOK_CACHE } = process.env;
  let steps: StepModule;
  let folder: string;
  let input: string;
  let step: Step;

  before(async () => {
    steps = await load<StepModule>('steps', 'step.mjs');
  });
  beforeEach(() => {
    folder = temporaryFolder();
    process.env.TUNEBOOK_CACHE = folder;
    input = 'one';
    step = {
      name: 'trial',
      title: 'Trial',
      inputs: () => [input],
      artefacts: () => [join(folder, 'result')],
      run: async () => writeFileSync(join(folder, 'result'), input),
    };
  });
  afterEach(() => {
    if (TUNEBOOK_CACHE === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = TUNEBOOK_CACHE;
  });
  after(removeFolders);

  it('is done after it ran, and only then', async () => {
    assert.equal(steps.isDone(step), false);
    await steps.carryOut(step, {});
    assert.equal(steps.isDone(step), true);
  });

  it('is repeated if an input changes or its result is missing', async () => {
    await steps.carryOut(step, {});
    input = 'two';
    assert.equal(steps.isDone(step), false);
    input = 'one';
    rmSync(join(folder, 'result'));
    assert.equal(steps.isDone(step), false);
  });

  it('that was interrupted is not done, even if an older result exists', async () => {
    await steps.carryOut(step, {});
    const broken = { ...step, run: () => Promise.reject(new Error('cut short')) };
    await assert.rejects(steps.carryOut(broken, {}), /cut short/);
    assert.equal(steps.isDone(step), false);
  });

  it('that leaves no result fails', async () => {
    await assert.rejects(steps.carryOut({ ...step, run: async () => {} }, {}), /ended without/);
  });

  it('distinguishes inputs that are equal when joined', async () => {
    const { hashOf } = await load<StampsModule>('lib', 'stamps.mjs');
    assert.notEqual(hashOf(['ab', 'c']), hashOf(['a', 'bc']));
    assert.equal(hashOf(['ü', 'c']), hashOf(['ü', 'c']));
  });

  it('finds its input files in all folders below, in one order', async () => {
    const { filesIn } = await load<StampsModule>('lib', 'stamps.mjs');
    mkdirSync(join(folder, 'b', 'c'), { recursive: true });
    for (const name of ['z.ts', 'b/c/a.ts', 'b/x.js']) writeFileSync(join(folder, name), '');
    assert.deepEqual(filesIn(folder, /\.ts$/), [join(folder, 'b/c/a.ts'), join(folder, 'z.ts')]);
    assert.deepEqual(filesIn(join(folder, 'none'), /./), []);
  });
});
