import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/paths';

interface Output {
  output_type: string;
  data?: Record<string, unknown>;
}
interface Cell {
  cell_type: string;
  source: string[];
  metadata: Record<string, unknown> & { tags?: string[] };
  execution_count?: number | null;
  outputs?: Output[];
}

const folder = join(projectFolder, 'notebooks');
const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));

describe('the notebooks, as they are committed', () => {
  for (const name of names) {
    describe(name, () => {
      const text = readFileSync(join(folder, name), 'utf8');
      const { cells, metadata } = JSON.parse(text) as { cells: Cell[]; metadata: { kernelspec: { name: string } } };
      const code = cells.filter(({ cell_type }) => cell_type === 'code');

      it('is smaller than a megabyte, and names no folder of the machine it was run on', () => {
        assert.ok(text.length < 1_000_000, `${text.length} bytes`);
        assert.doesNotMatch(text, /["'\s(](\/home\/|\/tmp\/|\/root\/|\/work\/|\/Users\/|[A-Z]:\\\\Users)/);
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
        for (const line of tagged[0]!.source) assert.match(line, /^let \w+ = .+; \/\/ \S/, line);
        for (const cell of cells)
          assert.deepEqual(
            Object.keys(cell.metadata).filter((key) => !['tags', 'tunebook'].includes(key)),
            [],
          );
      });

      it('begins with a title and its question, and ends in summary, exercises and further reading', () => {
        const prose = cells.filter(({ cell_type }) => cell_type === 'markdown').map(({ source }) => source.join(''));
        assert.match(prose[0]!, /^# .+\n\n\*\*The question\.\*\* /);
        assert.match(prose.at(-1)!, /## Summary\n[\s\S]*## Exercises\n[\s\S]*## Further reading\n/);
      });
    });
  }
});
