import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tunebook from '../../src';
import { projectFolder } from '../../src/core/paths';

interface Output {
  output_type: string;
  data?: Record<string, unknown>;
  metadata?: { 'image/png'?: { alt?: string } };
}
interface Cell {
  cell_type: string;
  source: string[];
  metadata: Record<string, unknown> & { tags?: string[] };
  execution_count?: number | null;
  outputs?: Output[];
}

const folder = join(projectFolder, 'notebooks');
const notebooksIn = (below: string) => readdirSync(join(folder, below)).filter((name) => name.endsWith('.ipynb'));
const chapters = notebooksIn('');
const solutions = notebooksIn('solutions').map((name) => join('solutions', name));

describe('the committed notebooks', () => {
  for (const name of [...chapters, ...solutions]) {
    describe(name, () => {
      const text = readFileSync(join(folder, name), 'utf8');
      const { cells, metadata } = JSON.parse(text) as { cells: Cell[]; metadata: { kernelspec: { name: string } } };
      const code = cells.filter(({ cell_type }) => cell_type === 'code');

      it('is smaller than 600 kB, and contains no folder name of the machine on which it was run', () => {
        assert.ok(text.length < 600_000, `${text.length} bytes`);
        assert.doesNotMatch(text, /["'\s(](\/home\/|\/tmp\/|\/root\/|\/work\/|\/Users\/|[A-Z]:\\\\Users)/);
      });

      it('imports only what the kernel finds in any folder, as people copy the course out of the package', () => {
        const imported = code.flatMap(({ source }) => [...source.join('').matchAll(/^import .* from '([^']+)'/gm)]);
        for (const [, from = ''] of imported) assert.match(from, /^(tunebook|arquero|node:)/);
      });

      it('was run from top to bottom, without an error', () => {
        assert.equal(metadata.kernelspec.name, 'tslab');
        assert.deepEqual(
          code.map(({ execution_count }) => execution_count),
          code.map((_, i) => i + 1),
        );
        const failed = code.filter(({ outputs = [] }) => outputs.some(({ output_type }) => output_type === 'error'));
        assert.deepEqual(failed, []);
      });

      it('has one cell of parameters, each with a comment, and no other metadata in its cells', () => {
        const tagged = code.filter((cell) => cell.metadata.tags?.includes('parameters'));
        assert.equal(tagged.length, 1);
        for (const line of tagged[0]!.source)
          assert.match(line, /^let \w+(: [^=]+)? = .+; \/\/ \S|^(import type .*)?\n$/, line);
        for (const cell of cells)
          assert.deepEqual(
            Object.keys(cell.metadata).filter((key) => !['tags', 'tunebook'].includes(key)),
            [],
          );
      });

      it('imports names that tunebook has', () => {
        const source = code.map((cell) => cell.source.join('')).join('\n');
        const [, names = ''] = /import \{([^}]*)\} from 'tunebook'/.exec(source) ?? [];
        const values = names.split(',').map((each) => each.trim().split(' as ')[0]!);
        for (const name of values.filter((each) => each && !each.startsWith('type ')))
          assert.ok(name in tunebook, name);
        for (const [, namespace = '', name = ''] of source.matchAll(/(?<![\w.'`])(\w+)\.(\w+)\(/g)) {
          const members = values.includes(namespace) ? (tunebook as Record<string, object>)[namespace] : undefined;
          if (members) assert.ok(name in members, `${namespace}.${name}`);
        }
      });

      it('has solutions that the checks of the exercises find right', () => {
        for (const { source, outputs } of code) {
          if (!/check\.exercise\(/.test(source.join(''))) continue;
          assert.match(JSON.stringify(outputs), /Exercise \d: right/, source.join(''));
        }
      });

      it('describes each picture for readers who cannot see it', () => {
        for (const { data = {}, metadata = {} } of code.flatMap(({ outputs = [] }) => outputs)) {
          if ('image/png' in data) assert.ok(metadata['image/png']?.alt);
        }
      });

      it('has no cell of more than 20 lines, and none that defines what belongs in the package', () => {
        for (const { source } of code) {
          const text = source.join('');
          assert.ok(text.split('\n').length <= 20, text);
          assert.doesNotMatch(text, /^(export |async )*(function|class) /m);
        }
      });

      if (solutions.includes(name)) return;
      it('has 12 to 15 cells', () => {
        assert.ok(cells.length >= 12 && cells.length <= 15, `${cells.length} cells`);
      });

      it('has something to play with, which is a picture and a text where no kernel runs', () => {
        assert.ok(
          cells.some(({ cell_type, source }) => cell_type === 'markdown' && /^\*Play:\* /m.test(source.join(''))),
        );
        const widgets = code
          .flatMap(({ outputs = [] }) => outputs)
          .filter(({ data = {} }) => 'application/vnd.jupyter.widget-view+json' in data);
        assert.ok(widgets.length > 0);
        for (const { data = {} } of widgets) {
          assert.ok('image/png' in data || 'text/html' in data);
          assert.ok('text/plain' in data);
        }
      });

      it('begins with a title and its question, and ends in summary, exercises and further reading', () => {
        const prose = cells.filter(({ cell_type }) => cell_type === 'markdown').map(({ source }) => source.join(''));
        assert.match(prose[0]!, /^# .+\n\n\*\*The question\.\*\* /);
        assert.match(prose.at(-1)!, /## Summary\n[\s\S]*## Exercises\n[\s\S]*## Further reading\n/);
        const papers = prose.at(-1)!.split('## Further reading\n')[1]!.trim().split('\n');
        for (const paper of papers) assert.match(paper, /^- .+ (?:19|20)\d\d, \*.+\*/);
      });
    });
  }

  it('has a solution for every chapter, with as many parts as the chapter has exercises, and a link to it', () => {
    const proseOf = (name: string) =>
      (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cells: Cell[] }).cells
        .filter(({ cell_type }) => cell_type === 'markdown')
        .map(({ source }) => source.join(''))
        .join('\n');
    assert.deepEqual(
      solutions,
      chapters.map((name) => join('solutions', name)),
    );
    for (const name of chapters) {
      const prose = proseOf(name);
      const exercises = prose.split('## Exercises\n')[1]!.split('\n## ')[0]!;
      assert.match(exercises, new RegExp(`\\(solutions/${name}\\)`));
      const asked = [...exercises.matchAll(/^(\d)\. /gm)].map(([, number]) => number);
      const answered = [...proseOf(join('solutions', name)).matchAll(/^## (\d)\. /gm)].map(([, number]) => number);
      assert.deepEqual(answered, asked, name);
    }
  });

  it('has headings without missing levels, so that they form a table of contents', () => {
    for (const name of [...chapters, ...solutions]) {
      const { cells } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cells: Cell[] };
      const levels = cells
        .filter(({ cell_type }) => cell_type === 'markdown')
        .flatMap(({ source }) =>
          [
            ...source
              .join('')
              .replace(/^```[\s\S]*?^```/gm, '')
              .matchAll(/^(#+) /gm),
          ].map(([, marks]) => marks!.length),
        );
      assert.deepEqual([levels[0], levels.filter((level) => level === 1).length], [1, 1], name);
      levels.forEach((level, i) => assert.ok(i === 0 || level <= levels[i - 1]! + 1, name));
    }
  });
});
