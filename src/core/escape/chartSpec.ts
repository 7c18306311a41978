import { printable } from './printable';

/**
 * A chart specification in which every text can be drawn, also untrusted ones.
 *
 * - Characters that a picture's XML cannot hold, or that a terminal would act on, are written out: see {@link printable}.
 * - The name of a property that all JavaScript objects have, such as `constructor`, gets a space at its end, which is not seen:
 *   Vega takes a constant of just that text for the name of a signal, and draws nothing.
 *
 * Texts in data and in the domains of scales are changed in the same way, so that they still match. Parts without a change are
 * returned as they are, so that large data are not copied.
 */
export function safeSpec<T>(value: T): T {
  if (typeof value === 'string') return text(value) as T;
  if (Array.isArray(value)) {
    const parts = value.map(safeSpec);
    return parts.some((part, i) => part !== value[i]) ? (parts as T) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const before = Object.entries(value);
  const after = before.map(([key, part]) => [key, safeSpec(part)] as const);
  return after.some(([, part], i) => part !== before[i]![1]) ? (Object.fromEntries(after) as T) : value;
}

function text(value: string): string {
  return Object.hasOwn(Object.prototype, value) ? `${value} ` : printable(value);
}
