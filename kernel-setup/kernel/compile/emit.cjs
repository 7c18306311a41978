'use strict';
// From TypeScript to the code that the process of the cells runs: CommonJS, with imports that are loaded beforehand, in a function that may
// be async. TypeScript translates; in addition, `import()` and `import.meta` are replaced by values that the process provides, variables of
// earlier cells are looked up in the notebook's shared scope, and the last expression becomes the cell's result.

const { ts } = require('./typescript.cjs');

const { factory } = ts;

/**
 * Replaces `import(x)` and `import.meta`, which CommonJS does not have.
 *
 * @type {import('typescript').TransformerFactory<import('typescript').SourceFile>}
 */
const moduleSyntax = (context) => (file) => {
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const name = factory.createIdentifier('__import');
      return ts.setTextRange(factory.createCallExpression(name, undefined, ts.visitNodes(node.arguments, visit)), node);
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
      return factory.createIdentifier('__importMeta');
    }
    return ts.visitEachChild(node, visit, context);
  };
  return ts.visitNode(file, visit);
};

/**
 * @param {import('typescript').TypeChecker} checker
 * @param {(position: number) => boolean} isInHeader whether a position is in the header, which declares the variables of earlier cells
 * @returns {import('typescript').TransformerFactory<import('typescript').SourceFile>}
 */
const commonScope = (checker, isInHeader) => (context) => (file) => {
  const isEarlier = (symbol) =>
    symbol?.valueDeclaration?.getSourceFile() === file &&
    ts.isVariableDeclaration(symbol.valueDeclaration) &&
    isInHeader(symbol.valueDeclaration.getStart(file));
  const property = (name) => factory.createPropertyAccessExpression(factory.createIdentifier('exports'), name);
  const visit = (node) => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
    if (ts.isShorthandPropertyAssignment(node) && isEarlier(checker.getShorthandAssignmentValueSymbol(node))) {
      const initial = node.objectAssignmentInitializer;
      const variable = property(node.name.text);
      const value = initial ? factory.createAssignment(variable, ts.visitNode(initial, visit)) : variable;
      return ts.setTextRange(factory.createPropertyAssignment(factory.createIdentifier(node.name.text), value), node);
    }
    if (ts.isIdentifier(node) && isEarlier(checker.getSymbolAtLocation(node))) {
      const called = ts.isCallExpression(node.parent) && node.parent.expression === node;
      const value = property(node.text);
      // (0, exports.f)(): called without `this`, like f() in the cell
      return ts.setTextRange(
        called
          ? factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), value))
          : value,
        node,
      );
    }
    return ts.visitEachChild(node, visit, context);
  };
  const statements = file.statements.flatMap((statement) =>
    ts.isVariableStatement(statement) && isInHeader(statement.getStart(file)) ? [] : [ts.visitNode(statement, visit)],
  );
  return factory.updateSourceFile(file, statements);
};

/** Returns the value of the last statement if that is an expression, and makes `let x;` set x to undefined when the cell runs again. */
const returnLast = () => (file) => {
  const statements = file.statements.map((statement) => {
    if (!ts.isVariableStatement(statement) || statement.declarationList.flags & ts.NodeFlags.Const) return statement;
    if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)) return statement;
    const declarations = statement.declarationList.declarations.map((declaration) =>
      declaration.initializer || !ts.isIdentifier(declaration.name)
        ? declaration
        : factory.updateVariableDeclaration(
            declaration,
            declaration.name,
            declaration.exclamationToken,
            declaration.type,
            factory.createVoidZero(),
          ),
    );
    const list = factory.updateVariableDeclarationList(statement.declarationList, declarations);
    return factory.updateVariableStatement(statement, statement.modifiers, list);
  });
  let last = statements.length - 1;
  while (last >= 0 && (ts.isExportDeclaration(statements[last]) || ts.isEmptyStatement(statements[last]))) last--;
  const statement = statements[last];
  if (statement && ts.isExpressionStatement(statement)) {
    statements[last] = ts.setTextRange(factory.createReturnStatement(statement.expression), statement);
  }
  return factory.updateSourceFile(file, statements);
};

/** A cell has no exports of its own: this removes the statements that define them, which would also reset variables of earlier cells. */
const withoutPreamble = () => (file) => {
  const isMark = (statement) =>
    ts.isExpressionStatement(statement) &&
    ts.isCallExpression(statement.expression) &&
    statement.expression.arguments.some((argument) => ts.isStringLiteral(argument) && argument.text === '__esModule');
  const isReset = (statement) => {
    if (!statement || !ts.isExpressionStatement(statement)) return false;
    let { expression } = statement;
    while (ts.isBinaryExpression(expression)) expression = expression.right;
    return expression !== statement.expression && ts.isVoidExpression(expression);
  };
  const mark = file.statements.findIndex(isMark);
  if (mark < 0) return file;
  const rest = file.statements.slice(mark + 1);
  if (isReset(rest[0])) rest.shift();
  return factory.updateSourceFile(file, [...file.statements.slice(0, mark), ...rest]);
};

/** @param {string} code @returns {boolean} whether it contains `await` outside functions */
function awaits(code) {
  if (!code.includes('await')) return false;
  // Only in a module, which needs an import or export, does the parser read `await (x)` as an await and not as a function call.
  const file = ts.createSourceFile(
    'module.mjs',
    `${code}\nexport {};`,
    ts.ScriptTarget.Latest,
    false,
    ts.ScriptKind.JS,
  );
  const find = (node) =>
    node.kind === ts.SyntaxKind.AwaitExpression ||
    (node.kind === ts.SyntaxKind.ForOfStatement && Boolean(node.awaitModifier)) ||
    (!ts.isFunctionLike(node) && (ts.forEachChild(node, find) ?? false));
  return find(file);
}

/** @param {string} code CommonJS as TypeScript writes it @returns {string[]} the modules that it requires, in order */
function requiredBy(code) {
  const found = [...code.matchAll(/\brequire\(("(?:[^"\\\n]|\\.)*")\)/g)].map(([, name]) => JSON.parse(name));
  return [...new Set(found)];
}

/** @param {string} code @returns {string} without the comment that names the map */
const withoutMapComment = (code) => code.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');

module.exports = { moduleSyntax, commonScope, returnLast, withoutPreamble, awaits, requiredBy, withoutMapComment };
