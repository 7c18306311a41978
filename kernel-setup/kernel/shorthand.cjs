'use strict';
// `{ seed }` where `seed` is a variable of an earlier cell. tslab turns such variables into `exports.seed` wherever they
// stand, but overlooks the short form of a property, which then fails with "seed is not defined".

/**
 * Write out the short properties of a compiled cell that mean variables of earlier cells.
 *
 * @param {object} ts the compiler
 * @param {string} code a compiled cell
 * @param {readonly string[]} names the variables of earlier cells
 * @returns {string} the code with `{ seed }` as `{ seed: exports.seed }`, unless the cell has a `seed` of its own there
 */
function writeOutShorthands(ts, code, names) {
  const known = new Set(names);
  // most cells have none, and need no second look by the compiler
  const candidates = [...code.matchAll(/[{,]\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)(?=\s*[,}=])/gu)];
  if (!candidates.some(([, name]) => known.has(name))) return code;

  const file = ts.createSourceFile('cell.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const checker = checkerOf(ts, file);
  const ends = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node) && known.has(node.name.text)) {
      if (!checker.getShorthandAssignmentValueSymbol(node)?.declarations?.length) ends.push(node.name);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return ends.reduceRight(
    (text, name) => `${text.slice(0, name.end)}: exports.${name.text}${text.slice(name.end)}`,
    code,
  );
}

/** A type checker that knows this one file and nothing else. */
function checkerOf(ts, file) {
  const host = {
    getSourceFile: (name) => (name === file.fileName ? file : undefined),
    getDefaultLibFileName: () => 'lib.d.ts',
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (name) => name === file.fileName,
    readFile: () => undefined,
    writeFile() {},
  };
  const options = { allowJs: true, noLib: true, noResolve: true, types: [] };
  return ts.createProgram([file.fileName], options, host).getTypeChecker();
}

module.exports = { writeOutShorthands };
