/**
 * A projective transform as a 3 x 3 matrix, row by row. It maps each pixel (x, y) of the result to its source in the picture;
 * x points right, y down, and whole numbers are the centres of pixels.
 */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

export const identityMatrix: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** The matrix product ab: maps a pixel of the result by `b` first, then by `a`. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const cell = (row: number, column: number) =>
    a[3 * row]! * b[column]! + a[3 * row + 1]! * b[3 + column]! + a[3 * row + 2]! * b[6 + column]!;
  return [
    cell(0, 0), cell(0, 1), cell(0, 2),
    cell(1, 0), cell(1, 1), cell(1, 2),
    cell(2, 0), cell(2, 1), cell(2, 2),
  ]; // biome-ignore format: rows of a matrix
}

export const translation = (x: number, y: number): Matrix => [1, 0, x, 0, 1, y, 0, 0, 1];

/** A linear transform around the centre of a picture. */
export function aroundCentre(
  linear: readonly [number, number, number, number],
  { height, width }: { height: number; width: number },
): Matrix {
  const [a, b, c, d] = linear;
  const x = (width - 1) / 2;
  const y = (height - 1) / 2;
  return [a, b, x - a * x - b * y, c, d, y - c * x - d * y, 0, 0, 1];
}

/** The projective transform that maps four points of the result to four points of the picture. */
export function fromCorners(
  result: readonly (readonly [number, number])[],
  picture: readonly (readonly [number, number])[],
): Matrix {
  const equations = result.flatMap(([x, y], i) => {
    const [u, v] = picture[i]!;
    return [
      [x, y, 1, 0, 0, 0, -x * u, -y * u, u],
      [0, 0, 0, x, y, 1, -x * v, -y * v, v],
    ];
  });
  const [a, b, c, d, e, f, g, h] = solve(equations) as [number, number, number, number, number, number, number, number];
  return [a, b, c, d, e, f, g, h, 1];
}

/** Solve linear equations by Gauss-Jordan elimination with pivoting; each row holds coefficients and right-hand side. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[column]! / pivot[column]!;
      for (let i = column; i <= size; i++) row[i]! -= factor * pivot[i]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}
