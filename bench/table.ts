import { alignColumns } from '../src/charts/text';
import { type MachinePeak, peakOf } from './peak';
import { type PeerName, peerNames, peerTitles } from './peers';
import type { Goal, Measurement, Row, Unit } from './row';
import { judge } from './verdict';

/** A row with what was measured for it. */
export interface Result {
  row: Pick<Row, 'name' | 'work' | 'unit' | 'goals'>;
  measurement: Measurement;
}

const peers = peerNames.filter((name) => name !== 'tunebook');

/** The table of results as text: one line a row, what the peers need, and tunebook's ratio to each in brackets. */
export function resultTable(results: readonly Result[], peak: MachinePeak | undefined): string {
  const header = ['work', ...peerNames.map((name) => peerTitles[name]), 'of peak', 'goal', ''];
  const lines = results.map(({ row, measurement }) => {
    const { ratios, met } = judge(measurement, row.goals);
    const { values } = measurement;
    const cell = (name: PeerName) => {
      if (values[name] === undefined) return '-';
      const ratio = ratios[name];
      return `${formatValue(values[name], row.unit)}${ratio === undefined ? '' : ` (${ratio.toFixed(2)}x)`}`;
    };
    const verdict = met === undefined ? '-' : met ? 'met' : 'missed';
    return [row.work, ...peerNames.map(cell), share(measurement, peak), row.goals.map(formatGoal).join(', '), verdict];
  });
  return alignColumns([header, ...lines], [false, ...peerNames.map(() => true), true, false, false]);
}

/** Notes and accuracies below the table, one line each. */
export function resultNotes(results: readonly Result[]): string[] {
  return results.flatMap(({ row, measurement: { accuracy = {}, notes } }) => {
    const named = peerNames.filter((name) => accuracy[name] !== undefined);
    const accuracies = named.map((name) => `${peerTitles[name]} ${accuracy[name]!.toFixed(3)}`).join(', ');
    return [...(accuracies ? [`validation accuracy: ${accuracies}`] : []), ...notes].map(
      (note) => `${row.name}: ${note}`,
    );
  });
}

/** A time or size for people: milliseconds, seconds or GB. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'bytes') return `${(value / 1e9).toFixed(2)} GB`;
  return unit === 's' ? `${value.toFixed(1)} s` : `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

/** e.g. `1.5x Keras`; `1.0x the fastest` where it is all of them. */
export function formatGoal({ peers: named, ratio }: Goal): string {
  const who = named.length === peers.length ? 'the fastest' : named.map((name) => peerTitles[name]).join('/');
  return `${ratio}x ${who}`;
}

/** tunebook's part of what the machine can do in float32. */
function share({ values, flops }: Measurement, peak: MachinePeak | undefined): string {
  if (!flops || !peak || !values.tunebook) return '';
  return `${Math.round((100 * flops) / values.tunebook / 1e6 / peakOf(peak))}%`;
}
