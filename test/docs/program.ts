import { join } from 'node:path';
import ts from 'typescript-for-cells';
import { projectFolder } from '../../src/core/paths';
import { type Example, type PublicName, publicNames } from './publicNames';

/** As strict as a reader's project may be. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Node20,
  strict: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  types: ['node'],
  skipLibCheck: true,
  noEmit: true,
};

const host = ts.createCompilerHost(options);

/** The public names, from the declarations that `npm run build` made. */
export function readPublicNames(): { names: PublicName[]; program: ts.Program } {
  const program = ts.createProgram([join(projectFolder, 'dist', 'src', 'index.d.ts')], options, host);
  return { names: publicNames(program), program };
}

/**
 * Type-check examples, each as an ES module of its own in the project's folder.
 *
 * @param before the program to take parsed files from
 * @returns a line for each mistake: the public name, file and line, and what is wrong
 */
export function checkTypes(examples: readonly Example[], before: ts.Program): string[] {
  const files = new Map(examples.map((example, i) => [join(projectFolder, `example-${i}.mts`), example]));
  const withExamples: ts.CompilerHost = {
    ...host,
    fileExists: (file) => files.has(file) || host.fileExists(file),
    readFile: (file) => files.get(file)?.code ?? host.readFile(file),
    getSourceFile: (file, languageVersion, ...rest) => {
      const example = files.get(file);
      if (!example) return before.getSourceFile(file) ?? host.getSourceFile(file, languageVersion, ...rest);
      return ts.createSourceFile(file, example.code, languageVersion, true);
    },
  };
  const program = ts.createProgram([...files.keys()], options, withExamples);
  return [...files].flatMap(([file, example]) => {
    const source = program.getSourceFile(file)!;
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return problems.map(({ messageText, start = 0 }) => {
      const { line } = source.getLineAndCharacterOfPosition(start);
      return mistake(example, line, ts.flattenDiagnosticMessageText(messageText, '\n    '));
    });
  });
}

/** @param line of the example's code, from 0 */
export function mistake({ name, file, line: first, code }: Example, line: number, what: string): string {
  return `${name}, ${file}:${first + line}: ${what}\n    ${code.split('\n')[line]?.trim() ?? ''}`;
}

/** An example as JavaScript that reports what its `// => TEXT` lines give, and what they should give, by line from 0. */
export function runnable({ code }: Example): { text: string; expected: Map<number, string> } {
  const source = ts.createSourceFile('example.mts', code, ts.ScriptTarget.ES2022, true);
  const expected = new Map<number, string>();
  const edits: { at: number; text: string }[] = [];
  code.split('\n').forEach((text, line) => {
    const result = /\/\/ => (.*)$/.exec(text);
    if (!result) return;
    expected.set(line, result[1]!.trim());
    const shown = expressionAt(source, source.getPositionOfLineAndCharacter(line, result.index));
    if (!shown) return; // nothing is reported for the line, which is a failure of its own
    edits.push({ at: shown.getStart(source), text: `__shown(${line}, ` }, { at: shown.getEnd(), text: ')' });
  });
  let text = code;
  for (const { at, text: more } of edits.sort((a, b) => b.at - a.at)) text = text.slice(0, at) + more + text.slice(at);
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, inlineSourceMap: true };
  return { text: ts.transpileModule(text, { compilerOptions, fileName: 'example.mts' }).outputText, expected };
}

/** The value of the statement that ends right before a comment: an expression, or what a variable begins with. */
function expressionAt(source: ts.SourceFile, comment: number): ts.Expression | undefined {
  const end = source.text.slice(0, comment).trimEnd().length;
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node) => {
    if (node.getEnd() === end) {
      if (ts.isExpressionStatement(node)) found = node.expression;
      else if (ts.isVariableStatement(node)) found = node.declarationList.declarations.at(-1)?.initializer;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
