import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/core/errors';
import { parseJson, readBounded, readJson } from '../../src/core/readBounded';
import { temporaryFolder } from '../folders';

describe('a file that is read with a size limit', () => {
  it('is returned completely', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'text');
    assert.equal(readBounded(file, { largest: 4 }).toString(), 'text');
    writeFileSync(file, '');
    assert.equal(readBounded(file, { largest: 0 }).length, 0);
  });

  it('is refused before reading if it is too large, in one line with its name', () => {
    const file = join(temporaryFolder(), 'large');
    writeFileSync(file, '');
    truncateSync(file, 2 ** 40); // a sparse file takes no disk space
    refuses(() => readBounded(file, { largest: 2 ** 20 }), file, /it has 1048576.0 MB, expected at most 1.0 MB/);
  });

  it('is refused if it is missing, a folder, a device or a pipe', () => {
    const folder = temporaryFolder();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    symlinkSync('/dev/zero', join(folder, 'zero'));
    refuses(() => readBounded(join(folder, 'none'), { largest: 9 }), join(folder, 'none'), /ENOENT/);
    for (const file of [folder, '/dev/zero', join(folder, 'zero'), pipe]) {
      refuses(() => readBounded(file, { largest: 9 }), file, /it is no plain file/);
    }
  });

  it('is refused if it is a link out of its root folder', () => {
    const [root, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const [link, secret] = [join(root, 'link'), join(elsewhere, 'secret')];
    writeFileSync(secret, 'mine');
    symlinkSync(secret, link);
    assert.equal(readBounded(link, { largest: 9 }).toString(), 'mine');
    refuses(() => readBounded(link, { largest: 9, root }), link, /leads out of/);
    refuses(() => readBounded(secret, { largest: 9, root }), secret, /leads out of/);
  });
});

describe('JSON of a stranger', () => {
  it('is read', () => {
    const file = join(temporaryFolder(), 'file.json');
    writeFileSync(file, '{"a": [1, {"b": null}]}');
    assert.deepEqual(readJson(file), { a: [1, { b: null }] });
  });

  it('is refused in one line if it is invalid, nested too deeply, or changes the prototype of objects', () => {
    const deep = (n: number) => '['.repeat(n) + ']'.repeat(n);
    assert.doesNotThrow(() => parseJson(deep(64), 'x.json'));
    for (const n of [65, 50_000, 1_000_000]) refuses(() => parseJson(deep(n), 'x.json'), 'x.json', /nested/);
    const objects = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    refuses(() => parseJson(objects, 'x.json'), 'x.json', /nested more than 64 deep/);
    refuses(() => parseJson('{"a": {"__proto__": {"b": 1}}}', 'x.json'), 'x.json', /__proto__/);
    for (const text of ['', '{', '{"a": \n\u001b[31m}', 'undefined']) {
      refuses(() => parseJson(text, 'x.json'), 'x.json', /is no JSON/);
    }
  });
});

function refuses(work: () => unknown, name: string, why: RegExp): void {
  assert.throws(work, (error: Error) => {
    assert(error instanceof UserError, error.stack);
    assert(error.message.includes(name) && why.test(error.message), error.message);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not occur
    assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f]/);
    return true;
  });
}
