/** Number of elements of a tensor: the product of its sides, 1 for a single number. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
