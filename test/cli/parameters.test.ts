import assert from 'node:assert/strict';
import { findParameters, setParameters } from '../../src/cli/parameters';
import { UserError } from '../../src/core/errors';

const cell = [
  '// What the reader may change',
  "import { train } from 'tunebook';",
  'let epochs = 20; // passes; over the = pictures',
  "let backbone: string = 'efficientnet-lite0';",
  'const rate = 1e-3;',
  'let augment = true; // or false',
  'let seeds = [1, 2, 3];',
  "let styles: string[] = ['noto', 'openmoji'];",
  'let model = await train({ epochs });',
].join('\n');

const set = (assignments: Record<string, string>) => setParameters(cell, new Map(Object.entries(assignments)));

describe('parameters of a notebook', () => {
  it('are the declarations with a plain value, one a line', () => {
    assert.deepEqual(
      findParameters(cell).map(({ name, value }) => [name, value]),
      [
        ['epochs', '20'],
        ['backbone', "'efficientnet-lite0'"],
        ['rate', '1e-3'],
        ['augment', 'true'],
        ['seeds', '[1, 2, 3]'],
        ['styles', "['noto', 'openmoji']"],
      ],
    );
  });

  it('get new values and keep their comments and types; nothing else changes', () => {
    const lines = set({ epochs: '3', backbone: "it's", rate: '0.5', augment: 'false' }).split('\n');
    assert.equal(lines[2], 'let epochs = 3; // passes; over the = pictures');
    assert.equal(lines[3], "let backbone: string = 'it\\'s';");
    assert.equal(lines[4], 'const rate = 0.5;');
    assert.equal(lines[5], 'let augment = false; // or false');
    assert.equal(lines[8], cell.split('\n')[8]);
  });

  it('take lists with or without brackets', () => {
    assert.match(set({ seeds: '4,5' }), /let seeds = \[4, 5\];/);
    assert.match(set({ seeds: '[6]' }), /let seeds = \[6\];/);
    assert.match(set({ styles: 'noto, twemoji' }), /= \['noto', 'twemoji'\];/);
    assert.match(set({ seeds: '[]' }), /let seeds = \[\];/);
  });

  it('refuse a value of another type and say what they expect', () => {
    assert.throws(() => set({ epochs: 'many' }), new UserError("--set epochs: expected a number, got 'many'"));
    assert.throws(() => set({ epochs: '' }), UserError);
    assert.throws(() => set({ augment: '1' }), new UserError("--set augment: expected true or false, got '1'"));
    assert.throws(() => set({ seeds: '1,two' }), new UserError("--set seeds: expected a number, got 'two'"));
  });

  it('refuse an unknown name and list the valid ones', () => {
    assert.throws(
      () => set({ epoch: '3' }),
      new UserError(
        "--set: unknown parameter 'epoch'; the parameters are epochs, backbone, rate, augment, seeds, styles (did you mean 'epochs'?)",
      ),
    );
  });
});
