'use strict';
// tslab turns `seed`, declared in an earlier cell, into `exports.seed`, but overlooks it in `{ seed }`, which then is not
// defined. Here `{ seed }` becomes `{ seed: exports.seed }`, and `({ seed } = options)` likewise.

/** Where tslab keeps the declarations of earlier cells. */
const earlierCells = /[\\/]__prev__\.d\.ts$/;

/**
 * @param {typeof import('typescript')} ts
 * @param {import('typescript').TypeChecker} checker
 * @returns {import('typescript').TransformerFactory<import('typescript').SourceFile>}
 */
function shorthandTransformer(ts, checker) {
  const { factory } = ts;

  const isOfEarlierCell = (node) => {
    const symbol = checker.getShorthandAssignmentValueSymbol(ts.getOriginalNode(node));
    return (
      symbol?.declarations?.some((declaration) => earlierCells.test(declaration.getSourceFile().fileName)) ?? false
    );
  };

  const spellOut = (node, visit) => {
    const name = node.name.text;
    const variable = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), name);
    const initial = node.objectAssignmentInitializer;
    const value = initial ? factory.createAssignment(variable, ts.visitNode(initial, visit)) : variable;
    return ts.setTextRange(factory.createPropertyAssignment(factory.createIdentifier(name), value), node);
  };

  return (context) => (file) => {
    const visit = (node) =>
      ts.isShorthandPropertyAssignment(node) && isOfEarlierCell(node)
        ? spellOut(node, visit)
        : ts.visitEachChild(node, visit, context);
    return ts.visitNode(file, visit);
  };
}

module.exports = { shorthandTransformer };
