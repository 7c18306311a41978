import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript-for-cells';
import { projectFolder } from '../../src/core/paths';

/** A name that `import ... from 'tunebook'` gives, with what is written about it. */
export interface PublicName {
  /** as a reader writes it: `train`, `metrics.confusionMatrix` */
  name: string;
  kind: 'function' | 'class' | 'constant' | 'type' | 'namespace';
  /** where it is declared: path from the project's folder, and line */
  file: string;
  line: number;
  summary: string;
  examples: Example[];
  /** properties of a type, and members of a class, that have no comment */
  silent: string[];
  /** types of ours that its declaration names and that cannot be imported */
  hidden: string[];
}

/** A ```ts block of a comment. */
export interface Example {
  name: string;
  file: string;
  /** of the first line of code, from 1 */
  line: number;
  code: string;
  /** false: needs a network, Redis or Jupyter, and is only type-checked */
  runs: boolean;
}

const declarations = join(projectFolder, 'dist', 'src');

/** Every public name, from the declarations that a reader's compiler sees. `program` has dist/src/index.d.ts among its files. */
export function publicNames(program: ts.Program): PublicName[] {
  const checker = program.getTypeChecker();
  const sources = new Map<string, ts.SourceFile>();
  const names: PublicName[] = [];
  const symbols = new Map<PublicName, ts.Symbol>();

  /** @param at what is exported @param prefix of the namespace, as `metrics.` */
  const collect = (at: ts.Symbol, prefix: string) => {
    for (const exported of checker.getExportsOfModule(at)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const name = prefix + exported.name;
      const own = symbol.declarations?.filter((declaration) => isOwn(declaration.getSourceFile())) ?? [];
      const first = own[0];
      if (symbol.flags & ts.SymbolFlags.ValueModule) {
        names.push(first ? moduleName(name, first.getSourceFile()) : foreignName(name, exported));
        if (first) collect(symbol, `${name}.`);
      } else if (first) {
        const source = sourceOf(first.getSourceFile(), sources);
        const found = declarationsIn(source, symbol.name);
        const comments = found.flatMap((node) => commentBefore(source, node));
        const file = relative(projectFolder, source.fileName);
        const entry: PublicName = {
          name,
          kind: kindOf(symbol),
          file,
          line: lineOf(source, (found[0] ?? source).getStart(source)),
          summary: comments.map(({ text }) => summaryOf(text)).find((text) => text !== '') ?? '',
          examples: comments.flatMap(({ text, line }) => examplesIn(text, { name, file, line })),
          silent: silentMembers(symbol, checker),
          hidden: [],
        };
        names.push(entry);
        symbols.set(entry, symbol);
      }
    }
  };
  const index = program.getSourceFile(join(declarations, 'index.d.ts'));
  const face = index && checker.getSymbolAtLocation(index);
  if (!face) throw new Error('dist/src/index.d.ts is missing: run `npm run build`');
  names.push(moduleName('tunebook', index));
  collect(face, '');
  for (const [name, symbol] of symbols) name.hidden = hiddenTypes(symbol, new Set(symbols.values()), checker);
  return names;
}

/** The folder under src whose developers document the name: `metrics` for src/metrics/roc.ts. */
export function folderOf({ file }: PublicName): string {
  return file.split('/').length > 2 ? file.split('/')[1]! : 'src';
}

/** Of the package's own use, and not in the API reference. */
const isInternal = (node: ts.Node) => ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');

/** A name for a type of another package: readers import it from there. */
const isAnothers = (node: ts.Node) => ts.isTypeAliasDeclaration(node) && ts.isImportTypeNode(node.type);

/** TensorFlow.js's types, which are another package's names although a file of ours collects them. */
const tfjsTypes = join(declarations, 'tensorflow', 'tfjsTypes.d.ts');

const isOwn = ({ fileName }: ts.SourceFile) => fileName.startsWith(`${declarations}/`) && fileName !== tfjsTypes;

/** A file of api/, or the package itself: its first comment tells what the namespace holds. */
function moduleName(name: string, declared: ts.SourceFile): PublicName {
  const file = sourcePath(declared);
  const text = /^\/\*\*.*?\*\//s.exec(readFileSync(file, 'utf8'))?.[0] ?? '';
  const at = { name, file: relative(projectFolder, file), line: 1 };
  return { ...at, kind: 'namespace', summary: summaryOf(text), examples: examplesIn(text, at), silent: [], hidden: [] };
}

/** Another package's module under a name of ours, as `tf`: the comment stands above the line that exports it. */
function foreignName(name: string, exported: ts.Symbol): PublicName {
  const statement = exported.declarations?.[0]?.parent.parent;
  if (!statement || !ts.isExportDeclaration(statement)) throw new Error(`'${name}' is exported in a way unknown here`);
  const file = sourcePath(statement.getSourceFile());
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const line = source.statements.find(
    (node) => ts.isExportDeclaration(node) && new RegExp(`\\b${name}\\b`).test(node.getText(source)),
  );
  const comments = line ? commentBefore(source, line) : [];
  const at = { name, file: relative(projectFolder, file) };
  return {
    ...at,
    kind: 'namespace',
    line: lineOf(source, (line ?? source).getStart(source)),
    summary: comments.map(({ text }) => summaryOf(text)).join(''),
    examples: comments.flatMap(({ text, line }) => examplesIn(text, { ...at, line })),
    silent: [],
    hidden: [],
  };
}

function kindOf({ flags }: ts.Symbol): PublicName['kind'] {
  if (flags & ts.SymbolFlags.Function) return 'function';
  if (flags & ts.SymbolFlags.Class) return 'class';
  return flags & ts.SymbolFlags.Variable ? 'constant' : 'type';
}

const sourcePath = ({ fileName }: ts.SourceFile) =>
  join(projectFolder, 'src', relative(declarations, fileName).replace(/\.d\.ts$/, '.ts'));

/** The file of src that a declaration file was made of, whose lines people can go to. */
function sourceOf(declared: ts.SourceFile, known: Map<string, ts.SourceFile>): ts.SourceFile {
  const path = sourcePath(declared);
  const source = known.get(path) ?? ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  known.set(path, source);
  return source;
}

/** The statements that declare a name at the top of a file. */
function declarationsIn(source: ts.SourceFile, name: string): ts.Node[] {
  return source.statements.filter((node) => {
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.some((one) => one.name.getText(source) === name);
    }
    return 'name' in node && (node.name as ts.Node | undefined)?.getText(source) === name;
  });
}

/** The doc comment right before a node. */
function commentBefore(source: ts.SourceFile, node: ts.Node): { text: string; line: number }[] {
  const last = ts.getLeadingCommentRanges(source.text, node.getFullStart())?.at(-1);
  const text = last && source.text.slice(last.pos, last.end);
  return text?.startsWith('/**') ? [{ text, line: lineOf(source, last!.pos) }] : [];
}

const lineOf = (source: ts.SourceFile, at: number) => source.getLineAndCharacterOfPosition(at).line + 1;

/** The lines of a doc comment without its stars, one for each line of the file. */
const bare = (comment: string) =>
  comment.split('\n').map((line) => line.replace(/^\s*(\/\*\*|\*(?!\/)) ?/, '').replace(/\s*\*\/\s*$/, ''));

function summaryOf(comment: string): string {
  return bare(comment).join('\n').split(/^\s*@/m)[0]!.trim();
}

/** The ```ts blocks after an `@example`. */
function examplesIn(comment: string, { name, file, line }: { name: string; file: string; line: number }): Example[] {
  const lines = bare(comment);
  const examples: Example[] = [];
  let inExample = false;
  for (let at = 0; at < lines.length; at++) {
    const tag = /^@(\w+)/.exec(lines[at]!);
    if (tag) inExample = tag[1] === 'example';
    const fence = /^```ts( no-run)?\s*$/.exec(lines[at]!);
    if (!fence || !inExample) continue;
    const end = lines.findIndex((text, i) => i > at && /^```\s*$/.test(text));
    if (end < 0) throw new Error(`${file}:${line + at}: the \`\`\`ts block is not closed`);
    const code = lines.slice(at + 1, end).join('\n');
    examples.push({ name, file, line: line + at + 1, code, runs: fence[1] === undefined });
    at = end;
  }
  return examples;
}

/** Properties and methods of our own without a comment, of interfaces, type literals and classes. */
function silentMembers(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  if (!(symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class))) return [];
  const declared = checker.getDeclaredTypeOfSymbol(symbol);
  const types = declared.isUnion() ? [...declared.types] : [declared];
  if (symbol.flags & ts.SymbolFlags.Class) types.push(checker.getTypeOfSymbol(symbol)); // its static members
  const members = new Set(
    types
      .filter((type) => type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))
      .flatMap((type) => type.getProperties()),
  );
  const isHidden = (member: ts.Symbol) =>
    member.declarations?.some(
      (node) => ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected),
    ) ||
    member.declarations?.some(isInternal) ||
    member.name.startsWith('__');
  return [...members]
    .filter((member) => member.declarations?.some((node) => isOwn(node.getSourceFile())) && !isHidden(member))
    .filter((member) => member.getDocumentationComment(checker).length === 0)
    .map(({ name }) => name);
}

/** Types of ours in the declarations of a public name that are not public themselves: a reader cannot write them down. */
function hiddenTypes(symbol: ts.Symbol, open: ReadonlySet<ts.Symbol>, checker: ts.TypeChecker): string[] {
  const hidden = new Set<string>();
  const visit = (node: ts.Node) => {
    if (isInternal(node) || ts.getCombinedModifierFlags(node as ts.Declaration) & ts.ModifierFlags.Private) return;
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined;
    const named = name && checker.getSymbolAtLocation(name);
    if (named) {
      const type = named.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named;
      const isParameter = (type.flags & ts.SymbolFlags.TypeParameter) !== 0;
      const own = type.declarations?.some(
        (declaration) => isOwn(declaration.getSourceFile()) && !isAnothers(declaration),
      );
      if (own && !isParameter && !open.has(type)) hidden.add(type.name);
    }
    ts.forEachChild(node, visit);
  };
  for (const declaration of symbol.declarations ?? []) visit(declaration);
  return [...hidden];
}
