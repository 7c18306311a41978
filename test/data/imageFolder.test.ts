import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { imageFolder } from '../../src/data';
import { temporaryFolder } from '../folders';

/** A folder with the given files; their content does not matter, because imageFolder opens no picture. */
function folderWith(files: readonly string[]): string {
  const root = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), 'x');
  }
  return root;
}

describe('imageFolder', () => {
  it('uses each subfolder as a class, sorted, and finds pictures at any depth', () => {
    const root = folderWith(['tulip/b.jpg', 'tulip/old/a.JPEG', 'rose/1.png', 'rose/2.webp']);
    const { classes, examples, skipped } = imageFolder(root);
    assert.deepEqual(classes, ['rose', 'tulip']);
    assert.deepEqual(
      examples.map(({ file, label }) => [file.slice(root.length + 1), label]),
      [
        ['rose/1.png', 0],
        ['rose/2.webp', 0],
        ['tulip/b.jpg', 1],
        ['tulip/old/a.JPEG', 1],
      ],
    );
    assert.deepEqual(skipped, []);
  });

  it('keeps the parts of a folder with train, validation and test', () => {
    const root = folderWith([
      'train/a/1.jpg',
      'train/b/1.jpg',
      'Validation/a/2.jpg',
      'Validation/b/2.jpg',
      'test/a/3.jpg',
    ]);
    const { classes, examples } = imageFolder(root);
    assert.deepEqual(classes, ['a', 'b']);
    assert.deepEqual(examples.map(({ subset }) => subset).sort(), [
      'test',
      'train',
      'train',
      'validation',
      'validation',
    ]);
  });

  it("does not mistake classes called 'train' and 'test' for parts of a split", () => {
    const root = folderWith(['train/1.jpg', 'plane/1.jpg', 'test/1.jpg']);
    assert.deepEqual(imageFolder(root).classes, ['plane', 'test', 'train']);
  });

  it('lists what it leaves out, with the reason', () => {
    const root = folderWith(['a/1.jpg', 'a/notes.txt', 'a/drawing.svg', 'b/1.jpg', 'a/.hidden', 'b/Thumbs.db']);
    mkdirSync(join(root, 'empty'));
    writeFileSync(join(root, 'b', 'zero.jpg'), '');
    symlinkSync(join(root, 'nowhere'), join(root, 'b', 'link.jpg'));
    const reasons = Object.fromEntries(
      imageFolder(root).skipped.map(({ file, reason }) => [file.slice(root.length + 1), reason]),
    );
    assert.match(reasons['a/notes.txt']!, /'\.txt' is not a picture format/);
    assert.match(reasons['a/drawing.svg']!, /'\.svg' is not a picture format/);
    assert.equal(reasons['b/zero.jpg'], 'empty file');
    assert.equal(reasons['b/link.jpg'], `a broken link to ${join(root, 'nowhere')}`);
    assert.equal(reasons.empty, 'class folder without pictures');
    assert.equal(reasons['a/.hidden'], undefined);
  });

  it('follows links to folders, but not in circles', () => {
    const root = folderWith(['a/1.jpg', 'b/1.jpg']);
    symlinkSync(join(root, 'a'), join(root, 'a', 'again'));
    assert.equal(imageFolder(root).examples.length, 2);
  });

  it('reads groups from labels.csv, or gets them from a function', () => {
    const root = folderWith(['a/x1.jpg', 'a/x2.jpg', 'b/y1.jpg']);
    const groups = (options?: Parameters<typeof imageFolder>[1]) =>
      imageFolder(root, options).examples.map(({ group }) => group);
    assert.deepEqual(groups({ groupOf: (path) => path[2] }), ['x', 'x', 'y']);
    writeFileSync(join(root, 'labels.csv'), 'file,group\na/x1.jpg,one\na/x2.jpg,one\nb/y1.jpg,two\n');
    assert.deepEqual(groups(), ['one', 'one', 'two']);
  });

  it('says what it expected when the folder does not fit', () => {
    assert.throws(
      () => imageFolder('/no/such/folder'),
      /no folder '\/no\/such\/folder': give a folder with one subfolder per class/,
    );
    assert.throws(
      () => imageFolder(folderWith(['1.jpg', '2.jpg'])),
      /no subfolder with pictures: expected one subfolder per class.*\. 2 were skipped: 1\.jpg: is in no class folder$/,
    );
    assert.throws(
      () => imageFolder(folderWith(['a/IMG_1.CR3', 'b/IMG_2.CR3'])),
      /\. 4 were skipped: a\/IMG_1\.CR3: '\.cr3' is not a picture format that is read/,
    );
    assert.throws(() => imageFolder(folderWith(['a/1.jpg'])), /pictures of one class only, 'a'/);
    const misspelt = { groupsOf: () => 'x' } as Parameters<typeof imageFolder>[1];
    assert.throws(() => imageFolder('emoji', misspelt), /unknown option 'groupsOf'; the options are groupOf, classes/);
  });
});
