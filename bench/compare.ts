import { alignColumns } from '../src/core/text';
import { median } from './measure';
import { type PeerName, peerNames } from './peers';
import type { BenchRecord, Machine } from './record';
import { formatValue } from './table';

/** A change that is smaller than this share is not called one: so much do medians differ from run to run. */
const NOISE = 0.1;

/** How a row changed between two runs. */
export interface Change {
  name: string;
  work: string;
  before: string;
  now: string;
  /** tunebook's time now as a multiple of that before */
  own: number;
  /** the same of the other frameworks, the median of them: what the machine did; undefined if none was measured in both */
  others: number | undefined;
  verdict: 'slower' | 'faster' | 'same';
}

/**
 * The rows that both runs have. The other frameworks did not change, so that what happened to them is the machine's: a row is slower where
 * tunebook's time grew by more than theirs, and by more than a tenth.
 */
export function changesBetween(before: BenchRecord, now: BenchRecord): Change[] {
  return now.rows.flatMap(({ name, work, unit, measurement }): Change[] => {
    const old = before.rows.find((row) => row.name === name && row.work === work);
    const grown = (peer: PeerName) => {
      const [was, is] = [old?.measurement.values[peer], measurement.values[peer]];
      return was && is ? is / was : undefined;
    };
    const own = grown('tunebook');
    if (!old || own === undefined) return [];
    const found = peerNames
      .filter((peer) => peer !== 'tunebook')
      .map(grown)
      .filter((ratio) => ratio !== undefined);
    const others = found.length > 0 ? median(found) : undefined;
    const rest = own / (others ?? 1);
    const verdict = rest > 1 + NOISE ? 'slower' : rest < 1 - NOISE ? 'faster' : 'same';
    const [was, is] = [old.measurement.values.tunebook!, measurement.values.tunebook!];
    return [{ name, work, before: formatValue(was, unit), now: formatValue(is, unit), own, others, verdict }];
  });
}

/** What became slower, as text. */
export function describeChanges(before: BenchRecord, now: BenchRecord): string {
  const changes = changesBetween(before, now);
  const lines = changes.map(({ work, before, now, own, others, verdict }) => [
    ...[work, before, now, `${own.toFixed(2)}x`, others === undefined ? '-' : `${others.toFixed(2)}x`, verdict],
  ]);
  const header = ['work', 'before', 'now', 'tunebook took', 'the others took', ''];
  const slower = changes.filter(({ verdict }) => verdict === 'slower').map(({ name }) => name);
  const missing = before.rows.filter(({ name }) => !changes.some((change) => change.name === name));
  return [
    `compared with ${before.commit} of ${before.when}`,
    ...differences(before.machine, now.machine),
    ...(before.quick === now.quick ? [] : ['only one of the two runs was a quick one: its times say little']),
    ...(lines.length > 0 ? [alignColumns([header, ...lines], [false, true, true, true, true, false])] : []),
    `slower: ${slower.join(', ') || 'none'}`,
    ...(missing.length > 0 ? [`in one run only: ${missing.map(({ name }) => name).join(', ')}`] : []),
  ].join('\n');
}

function differences(before: Machine, now: Machine): string[] {
  const keys = ['processor', 'threads', 'instructions', 'memory', 'system', 'node'] as const;
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .map((key) => `another ${key}: ${before[key]} before, ${now[key]} now`);
}
