import { UserError } from '../core/errors';
import type { Augmentation } from './augmentation';
import { runOps } from './run';

/**
 * Ops one after the other, as one. Neighbours that move pixels, and neighbours that change colours linearly, are merged.
 *
 * @example augmentation([rotation({ degrees: 40 }), shift({ width: 0.2, height: 0.2 }), horizontalFlip()])
 * @throws {UserError} if something in the list is no op
 */
export function augmentation(ops: readonly Augmentation[]): Augmentation {
  const wrong = Array.isArray(ops) ? ops.findIndex((op) => !Array.isArray(op?.ops)) : 0;
  if (wrong >= 0) {
    const got = Array.isArray(ops) ? `a ${typeof ops[wrong]} at place ${wrong}` : typeof ops;
    throw new UserError(`augmentation: expected a list of ops like [rotation(), horizontalFlip()], got ${got}`);
  }
  const flat = ops.flatMap((op) => [...op.ops]);
  return {
    name: flat.map(({ name }) => name).join(' + ') || 'nothing',
    settings: { ops: flat.map(({ name, settings }) => [name, settings]) },
    ops: flat,
    apply: runOps('augmentation', () => flat),
  };
}
