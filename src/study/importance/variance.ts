import type { AxisCells } from './cells';
import type { Tree } from './tree';

/**
 * The part of a tree's variance over all configurations that each axis explains alone (functional ANOVA: Hutter et al. 2014, algorithm
 * 2), computed exactly from its leaves: the variance of the mean at each value of the axis over all values of the others.
 *
 * @returns one number from 0 to 1 for each axis; undefined if the tree has a single leaf. What is missing to 1 is due to interactions
 */
export function sharesOf(axes: readonly AxisCells[], { leaves }: Tree): number[] | undefined {
  if (leaves.length === 1) return undefined;
  const sizes = leaves.map(({ cells }) =>
    cells.map((own, axis) => own.reduce((sum, cell) => sum + axes[axis]!.weights[cell]!, 0)),
  );
  const volumes = sizes.map((own) => own.reduce((product, size) => product * size, 1));
  const mean = leaves.reduce((sum, { value }, i) => sum + value * volumes[i]!, 0);
  const total = leaves.reduce((sum, { value }, i) => sum + (value - mean) ** 2 * volumes[i]!, 0);
  return axes.map(({ weights }, axis) => {
    const marginal = new Array<number>(weights.length).fill(0);
    leaves.forEach(({ cells, value }, i) => {
      const others = volumes[i]! / sizes[i]![axis]!;
      for (const cell of cells[axis]!) marginal[cell]! += (value - mean) * others;
    });
    return marginal.reduce((sum, value, cell) => sum + weights[cell]! * value ** 2, 0) / total;
  });
}
