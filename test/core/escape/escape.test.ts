import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { csv, parseCsv } from '../../../src/core/escape/csv';
import { escapeHtml, jsonForScript, pathAddress } from '../../../src/core/escape/html';
import { jsonLine, yamlString } from '../../../src/core/escape/json';
import { lines, parseLines } from '../../../src/core/escape/lineFile';
import { escapeMarkdown, markdownCode } from '../../../src/core/escape/markdown';
import { colored, printable, printableLine } from '../../../src/core/escape/printable';
import { shellWord, stringLiteral } from '../../../src/core/escape/sourceCode';
import { cacheFolder, projectFolder } from '../../../src/core/paths';
import { actsOnTerminal, hostileNames } from './hostile';

/** The results of Python's parsers for texts. */
function readByPython(texts: Record<string, string[]>): Record<string, unknown[]> {
  const script = join(projectFolder, 'test', 'core', 'escape', 'parse.py');
  const python = cacheFolder('python', 'bin', 'python');
  return JSON.parse(execFileSync(python, [script], { input: JSON.stringify(texts), encoding: 'utf8' }));
}

describe('names from anywhere', function () {
  this.timeout(60_000);
  let read: Record<string, unknown[]>;

  before(() => {
    read = readByPython({
      csv: [csv(hostileNames.map((name) => [name, -1.5]))],
      lines: [lines(hostileNames)],
      python: hostileNames.map(stringLiteral),
      yaml: hostileNames.map(yamlString),
      html: hostileNames.map((name) => `<p title="${escapeHtml(name)}">${escapeHtml(name)}</p>`),
      markdown: hostileNames.map(
        (name) => `| a | b |\n| --- | --- |\n| ${escapeMarkdown(name)} | ${escapeMarkdown(name)} |`,
      ),
    });
  });

  it('are unchanged after writing and reading CSV, and are no formulas in a spreadsheet', () => {
    const rows = csv(hostileNames.map((name) => [name, -1.5]));
    assert.deepEqual(
      parseCsv(rows),
      hostileNames.map((name) => [name, '-1.5']),
    );
    const cells = (read.csv![0] as string[][]).map(([name]) => name!);
    assert.equal(cells.length, hostileNames.length);
    for (const [i, cell] of cells.entries()) {
      assert.doesNotMatch(cell, /^[=+\-@\t\r\n\uff1d]/);
      assert.ok([hostileNames[i], `'${hostileNames[i]}`].includes(cell), JSON.stringify(cell));
    }
    assert.deepEqual(
      (read.csv![0] as string[][]).map(([, number]) => number),
      hostileNames.map(() => '-1.5'),
    );
  });

  it('take one line each in a text file, for Python and for tunebook', () => {
    assert.deepEqual(parseLines(lines(hostileNames)), hostileNames);
    assert.equal((read.lines![0] as string[]).length, hostileNames.length);
    assert.deepEqual(parseLines(lines([])), []);
    assert.deepEqual(parseLines(lines([''])), ['']);
  });

  it('are the same text as literals in TypeScript and Python', () => {
    assert.deepEqual(read.python, hostileNames);
    const source = `[${hostileNames.map(stringLiteral).join(', ')}]`;
    assert.doesNotMatch(source, /\n/);
    const ts = require('@tslab/typescript-for-tslab'); // the compiler of notebooks' cells
    const { outputText } = ts.transpileModule(`names = ${source}`, {
      compilerOptions: { target: ts.ScriptTarget.ES2020 },
    });
    assert.deepEqual(new Function(`let names; ${outputText}; return names;`)(), hostileNames);
    assert.equal(new Function(`return ${stringLiteral('\ud800 half')}`)(), '\ud800 half');
  });

  it('are a single word for a shell', () => {
    const names = hostileNames.filter((name) => !name.includes('\0')); // not possible in an argument
    const command = `printf '%s\\0' ${names.map(shellWord).join(' ')}`;
    const said = execFileSync('bash', ['-c', command], { encoding: 'utf8' }).split('\0').slice(0, -1);
    assert.deepEqual(said, names);
    assert.doesNotMatch(command, actsOnTerminal);
  });

  it('are the same text in YAML and in printed JSON, which does not control a terminal', () => {
    assert.deepEqual(read.yaml, hostileNames);
    assert.deepEqual(JSON.parse(jsonLine(hostileNames)), hostileNames);
    assert.doesNotMatch(jsonLine(hostileNames), actsOnTerminal);
    assert.doesNotMatch(jsonLine(hostileNames), /\n/);
  });

  it('are text in HTML, in elements and in attributes', () => {
    for (const [i, name] of hostileNames.entries()) {
      assert.deepEqual(read.html![i], [printable(name), printable(name), ['p']]);
    }
    assert.deepEqual(JSON.parse(jsonForScript(hostileNames)), hostileNames);
    assert.doesNotMatch(jsonForScript(hostileNames), /</);
  });

  it('are text in a cell of a Markdown table: no HTML, link, emphasis or further cell', () => {
    for (const [i, name] of hostileNames.entries()) {
      const [cells, tags] = read.markdown![i] as [string[], string[]];
      const shown = printable(name)
        .replace(/[\n\t]+/g, ' ')
        .trim();
      assert.deepEqual(cells, [shown, shown]);
      assert.deepEqual(tags, ['table', 'tbody', 'td', 'th', 'thead', 'tr']);
    }
  });

  it('never control a terminal, and never end a line', () => {
    for (const name of hostileNames) {
      assert.doesNotMatch(printable(name), actsOnTerminal);
      assert.doesNotMatch(printableLine(name), /[\n\r\t\u2028\u2029]/);
    }
    assert.equal(printable('a\tb\nc é 花'), 'a\tb\nc é 花');
    assert.equal(colored('\u001b[31mred\u001b[0m \u001b[2J'), '\u001b[31mred\u001b[0m \\x1b[2J');
  });

  it('are a single part of a URL', () => {
    for (const name of [...hostileNames, '\ud800', 'javascript:alert(1)']) {
      if (name.includes('/')) continue;
      const { href, search, hash } = new URL(`runs/x${pathAddress(name)}`, 'file:///base/');
      assert.equal(decodeURIComponent(href.slice('file:///base/runs/x'.length)), name.replace(/\p{Cs}/gu, '\ufffd'));
      assert.equal(search + hash, '');
    }
  });

  it('stay inside a fenced block of code, even if they contain fences', () => {
    const block = markdownCode('a\n````\nb', 'text');
    assert.equal(block.split('\n')[0], '`````text');
    assert.equal(block.split('\n').at(-1), '`````');
  });
});

describe('reading CSV', () => {
  it('says which row of a file is invalid', () => {
    assert.throws(() => parseCsv('a,b\n"c,d\n'), /row 2 has a quote that is never closed/);
    assert.throws(() => parseCsv('a,b\n"c"d,e\n'), /row 2 has 'd,e/);
  });

  it("reads every system's line breaks, and a last line without one", () => {
    assert.deepEqual(parseCsv('\ufeffa,b\r\nc,\rd,"e\n""f"'), [
      ['a', 'b'],
      ['c', ''],
      ['d', 'e\n"f'],
    ]);
    assert.deepEqual(parseCsv(''), []);
  });
});
