import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../../src/core/paths';
import { tf } from '../../../src/tensorflow';
import { availablePrecision, compileForward, isBfloat16Faster, type Precision } from '../../../src/tensorflow/graph';
import { temporaryFolder } from '../../folders';
import { everyLayer } from './models';

describe('the precision that was asked for', () => {
  it('is bfloat16 where the processor is faster in it, otherwise float32 with a message', () => {
    const messages: string[] = [];
    const given = availablePrecision('bfloat16', (text) => messages.push(text));
    assert.equal(given, isBfloat16Faster() ? 'bfloat16' : 'float32');
    assert.equal(messages.length, isBfloat16Faster() ? 0 : 1);
    assert.equal(
      availablePrecision('float32', (text) => messages.push(text)),
      'float32',
    );
    const model = everyLayer();
    const forward = compileForward(model, { precision: 'bfloat16', onFallback: (text) => messages.push(text) });
    const { fallback, difference, precision } = forward.compile(tf.randomUniform([2, 16, 16, 3], -1, 1, 'float32', 7));
    assert.equal(fallback, null);
    assert.equal(precision, given);
    assert.equal(difference > 1e-5, isBfloat16Faster());
    forward.dispose();
    model.dispose();
  });

  it('is measured once where the processor has instructions for bfloat16: the cache keeps it', function () {
    if (!existsSync('/proc/cpuinfo') || !/\b(avx512_bf16|amx_bf16|bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8')))
      this.skip();
    const cache = temporaryFolder();
    const graph = join(projectFolder, 'dist', 'src', 'tensorflow', 'graph');
    // another process each time, as one remembers it
    const ask = () =>
      execFileSync(process.execPath, ['-p', `require(${JSON.stringify(graph)}).isBfloat16Faster()`], {
        ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
        env: { ...process.env, TUNEBOOK_CACHE: cache },
      }).trim();
    const measured = ask();
    const [name, ...others] = readdirSync(join(cache, 'engines'));
    const file = join(cache, 'engines', name!);
    const { float32, bfloat16 } = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(measured, String(bfloat16 < 0.9 * float32));
    assert.deepEqual(others, []);
    for (const [kept, expected] of [
      [{ float32: 10, bfloat16: 8 }, 'true'],
      [{ float32: 10, bfloat16: 9.5 }, 'false'],
    ] as const) {
      writeFileSync(file, JSON.stringify(kept));
      assert.equal(ask(), expected);
    }
    writeFileSync(file, 'damaged');
    assert.match(ask(), /^(true|false)$/);
    assert.ok(JSON.parse(readFileSync(file, 'utf8')).float32 > 0);
  });

  it('is refused if it is unknown', () => {
    assert.throws(() => availablePrecision('float16' as Precision, assert.fail), /unknown precision 'float16'/);
  });
});
