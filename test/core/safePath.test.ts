import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../src/core/errors';
import { checkId, isId, pathBelow, realPathBelow } from '../../src/core/safePath';
import { temporaryFolder } from '../folders';

describe('a path that a stranger named', () => {
  it('is joined with its root', () => {
    assert.equal(pathBelow('/models/mine', 'a/b.bin'), '/models/mine/a/b.bin');
    assert.equal(pathBelow('/models/mine/', './a//b..c'), '/models/mine/a/b..c');
    assert.equal(pathBelow('/', 'a'), '/a');
  });

  const outside = ['..', '../x', 'a/../../x', 'a/..', '/etc/passwd', '/models/mine/x', '', '.', './', 'a\0b', '\0'];
  for (const name of outside) {
    it(`is refused as ${JSON.stringify(name)}`, () => {
      assert.throws(
        () => pathBelow('/models/mine', name, 'the weight file'),
        (error: Error) =>
          error instanceof UserError && error.message.startsWith('the weight file is named ') && oneLine(error),
      );
    });
  }

  for (const value of [null, undefined, 3, {}, [], ['a'], { toString: () => 'a' }]) {
    it(`is refused as ${JSON.stringify(value) ?? 'undefined'}, which is not a string`, () => {
      assert.throws(() => pathBelow('/models/mine', value), UserError);
    });
  }

  it('never leaves its root, whatever its parts are', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', '/', '...', '~', 'a', '\\', '\0', 'C:'), fc.string());
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom('/', ''), (parts, between) => {
        let path: string;
        try {
          path = pathBelow('/a root/of all', parts.join(between));
        } catch (error) {
          assert(error instanceof UserError && oneLine(error));
          return;
        }
        assert(path.startsWith(`/a root/of all${sep}`) && !path.split(sep).includes('..'), path);
      }),
    );
  });

  it('is refused if a link leads out of the root, and accepted if it stays inside', () => {
    const [root, elsewhere] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(elsewhere, 'secret'), 'mine');
    mkdirSync(join(root, 'inside'));
    writeFileSync(join(root, 'inside', 'file'), 'yours');
    symlinkSync(join(elsewhere, 'secret'), join(root, 'file-link'));
    symlinkSync(elsewhere, join(root, 'folder-link'));
    symlinkSync('inside/file', join(root, 'good-link'));
    for (const name of ['file-link', 'folder-link', 'folder-link/secret']) {
      assert.throws(() => realPathBelow(root, name, 'the file'), /^UserError: the file is named .* leads out of/);
    }
    assert(realPathBelow(root, 'good-link').endsWith(join('inside', 'file')));
    assert.throws(() => realPathBelow(root, 'nothing', 'the file'), /^UserError: the file cannot be read: ENOENT/);
  });

  it('keeps its root when the root itself is a link', () => {
    const [real, place] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(real, 'file'), '');
    symlinkSync(real, join(place, 'root'));
    assert(realPathBelow(join(place, 'root'), 'file').endsWith('file'));
  });
});

describe('an id', () => {
  it('consists of letters, digits, dots, underscores and hyphens', () => {
    for (const id of ['a', '0', 'dropout-0.5-seed1-0123abcd', 'A_b', 'a'.repeat(128)])
      assert.equal(checkId(id, ''), id);
  });

  for (const id of [
    '',
    '.',
    '..',
    '.a',
    '-a',
    'a/b',
    '../a',
    'a\\b',
    'a\n',
    'a b',
    'ä',
    'a'.repeat(129),
    3,
    null,
    ['a'],
  ]) {
    it(`is not ${JSON.stringify(id).slice(0, 40)}`, () => {
      assert(!isId(id));
      assert.throws(
        () => checkId(id, 'the job'),
        (error: Error) =>
          error instanceof UserError && oneLine(error) && error.message.startsWith('the job has the id'),
      );
    });
  }
});

const oneLine = ({ message }: Error) => !/[\r\n\0]/.test(message);
