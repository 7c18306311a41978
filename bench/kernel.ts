// How long the kernel takes to compile a cell, to complete a name and to show documentation, compared with tslab's own compiler, on a
// notebook of the course: `node dist/bench/kernel.js [NOTEBOOK] [REPETITIONS]`. Prints medians in milliseconds, of wall-clock and of
// processor time. Then the same of the whole kernel through Jupyter's protocol, compared with Deno's kernel where there is one: `deno` in
// the PATH, or the program that TUNEBOOK_DENO names, such as that of the npm package `deno`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../src/core/paths';
import { compareKernels } from './kernelProtocol';

interface Cell {
  cell_type: string;
  source: string[];
}

/** What is measured for each of the two compilers. */
interface Candidate {
  compile(source: string): void;
  keep(source: string): void;
  complete(source: string, cursor: number): void;
  inspect(source: string, cursor: number): void;
}

const [notebook = '06-monitor.ipynb', repetitions = '50'] = process.argv.slice(2);
const folder = join(projectFolder, 'notebooks');
process.chdir(folder); // both compilers resolve imports from here

function ours(): Candidate {
  const at = (...parts: string[]) => join(projectFolder, 'kernel-setup', 'kernel', 'compile', ...parts);
  const { Compiler } = require(at('compiler.cjs'));
  const hints = require(at('hints.cjs'));
  const compiler = new Compiler(folder);
  let count = 0;
  return {
    compile: (source) => compiler.compile(source, ++count),
    keep: (source) => compiler.compile(source, ++count).keep(),
    complete: (source, cursor) => hints.complete(compiler, source, cursor),
    inspect: (source, cursor) => hints.inspect(compiler, source, cursor),
  };
}

function stock(): Candidate {
  const { createConverter } = require('tslab/dist/converter.js');
  const converter = createConverter({ isJS: false, isBrowser: false });
  let declarations = '';
  return {
    compile: (source) => converter.convert(declarations, source),
    keep: (source) => {
      declarations = converter.convert(declarations, source).declOutput ?? declarations;
    },
    complete: (source, cursor) => converter.complete(declarations, source, cursor),
    inspect: (source, cursor) => converter.inspect(declarations, source, cursor),
  };
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function measure(work: (i: number) => void): string {
  const wall: number[] = [];
  const processor: number[] = [];
  for (let i = 0; i < Number(repetitions); i++) {
    const began = performance.now();
    const used = process.cpuUsage();
    work(i);
    wall.push(performance.now() - began);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1000);
  }
  return `${median(wall).toFixed(0)} (${median(processor).toFixed(0)})`;
}

const { cells } = JSON.parse(readFileSync(join(folder, notebook), 'utf8')) as { cells: Cell[] };
const sources = cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source.join(''));
const last = sources.at(-1) ?? '';
const half = 'const value = Math.ab';

for (const [name, make] of [
  ['this kernel', ours],
  ['tslab 1.0.22', stock],
] as const) {
  const candidate = make();
  for (const source of sources) candidate.keep(source);
  console.log(
    [
      name.padEnd(14),
      `compile ${measure((i) => candidate.compile(`${last}\n// ${i}`))} ms`,
      `completion ${measure((i) => candidate.complete(`// ${i}\n${half}`, `// ${i}\n${half}`.length))} ms`,
      `hover ${measure((i) => candidate.inspect(`${last}\n// ${i}`, last.search(/\w+\(/)))} ms`,
    ].join('  '),
  );
}
void compareKernels(Number(repetitions)).finally(() => process.exit(0)); // tslab's compiler watches files, which would keep the process alive
