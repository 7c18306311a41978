/** How many of the last steps are used to estimate the curvature. */
const MEMORY = 10;

export interface Minimum {
  x: Float64Array;
  value: number;
  steps: number;
}

/**
 * Minimize a smooth convex function: L-BFGS (Liu and Nocedal 1989) with a backtracking line search (Armijo
 * 1966).
 *
 * @param f value and gradient at x
 * @param tolerance it ends when no component of the gradient is larger, or no step lowers the value any more
 */
export function minimize(
  f: (x: Float64Array) => { value: number; gradient: Float64Array },
  start: Float64Array,
  { tolerance, steps: most }: { tolerance: number; steps: number },
): Minimum {
  let x = start;
  let { value, gradient } = f(x);
  const past: { move: Float64Array; change: Float64Array; product: number }[] = [];
  let steps = 0;
  for (; steps < most && largest(gradient) > tolerance; steps++) {
    const direction = quasiNewton(gradient, past);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    let step = past.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    let next = f(moved(x, direction, step));
    while (!(next.value <= value + 1e-4 * step * slope)) {
      step /= 2;
      if (step < 1e-10) return { x, value, steps };
      next = f(moved(x, direction, step));
    }
    const move = scaled(direction, step);
    const change = moved(next.gradient, gradient, -1);
    slope = dot(move, change);
    if (slope > 0) past.push({ move, change, product: slope });
    if (past.length > MEMORY) past.shift();
    x = moved(x, direction, step);
    ({ value, gradient } = next);
  }
  return { x, value, steps };
}

/** Minus the inverse Hessian, as the past steps suggest it, times the gradient. */
function quasiNewton(
  gradient: Float64Array,
  past: readonly { move: Float64Array; change: Float64Array; product: number }[],
): Float64Array {
  let direction = scaled(gradient, -1);
  const weights = new Array<number>(past.length);
  for (let i = past.length - 1; i >= 0; i--) {
    const { move, change, product } = past[i]!;
    weights[i] = dot(move, direction) / product;
    direction = moved(direction, change, -weights[i]!);
  }
  const last = past.at(-1);
  if (last) {
    direction = scaled(direction, last.product / dot(last.change, last.change));
  }
  past.forEach(({ move, change, product }, i) => {
    direction = moved(direction, move, weights[i]! - dot(change, direction) / product);
  });
  return direction;
}

// loops, as `map` and `reduce` of a typed array take several times as long, and most of the time is spent here

function moved(x: Float64Array, direction: Float64Array, step: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = x[i]! + step * direction[i]!;
  return result;
}

function scaled(x: Float64Array, factor: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = x[i]! * factor;
  return result;
}

function largest(x: Float64Array): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) most = Math.max(most, Math.abs(x[i]!));
  return most;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
