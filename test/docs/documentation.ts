import type { PublicName } from './publicNames';

/** What its documentation lacks, each in a few words; nothing where it is complete. */
export function missingParts({ kind, summary, examples, silent, hidden }: PublicName): string[] {
  const parts: string[] = [];
  if (summary === '') parts.push('a summary');
  if (kind !== 'type' && kind !== 'namespace' && examples.length === 0) parts.push('an @example with a ```ts block');
  if (silent.length > 0) parts.push(`comments on ${silent.join(', ')}`);
  if (hidden.length > 0) parts.push(`an export of ${hidden.join(', ')}`);
  return parts;
}

/** `metrics.roc, src/metrics/roc.ts:12: lacks a summary` */
export function lackOf(name: PublicName): string | undefined {
  const parts = missingParts(name);
  return parts.length > 0 ? `${name.name}, ${name.file}:${name.line}: lacks ${parts.join('; ')}` : undefined;
}
