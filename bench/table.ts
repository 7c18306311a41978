import { alignColumns } from '../src/core/text';
import { type MachinePeak, peakOf } from './peak';
import { inferencePeers, type PeerName, peerNames, peerTitles, trainingPeers } from './peers';
import type { Goal, Measurement, Row, Unit } from './row';
import { judge } from './verdict';

/** A row with its measurements. */
export interface Result {
  row: Pick<Row, 'name' | 'work' | 'unit' | 'goals' | 'requirements'>;
  measurement: Measurement;
}

/**
 * The table of results as text: one line per row with the time of each framework, tunebook's ratio to it in brackets, and the peak of
 * memory of tunebook and of the framework that needs least.
 */
export function resultTable(results: readonly Result[], peak: MachinePeak | undefined): string {
  const header = ['work', ...peerNames.map((name) => peerTitles[name]), 'of peak', 'memory', 'goal', ''];
  const lines = results.map(({ row, measurement }) => {
    const { ratios, met } = judge(measurement, row.goals, row.requirements);
    const { values } = measurement;
    const cell = (name: PeerName) => {
      if (values[name] === undefined) return '-';
      const ratio = ratios[name];
      return `${formatValue(values[name], row.unit)}${ratio === undefined ? '' : ` (${ratio.toFixed(2)}x)`}`;
    };
    const verdict = met === undefined ? '-' : met ? 'met' : 'missed';
    const goals = [...row.goals.map(formatGoal), ...(row.requirements ?? []).map(({ text }) => text)].join(', ');
    return [
      row.work,
      ...peerNames.map(cell),
      share(measurement, row.unit, peak),
      memoryOf(measurement),
      goals,
      verdict,
    ];
  });
  return alignColumns([header, ...lines], [false, ...peerNames.map(() => true), true, false, false, false]);
}

/** The measured value of each framework, in one line. */
export function describeValues({ values }: Measurement, unit: Unit): string {
  const named = peerNames.filter((name) => values[name] !== undefined);
  return named.map((name) => `${peerTitles[name]} ${formatValue(values[name]!, unit)}`).join(', ') || 'not measured';
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

/** A time or size as text: milliseconds, seconds or GB. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'bytes') return `${(value / 1e9).toFixed(2)} GB`;
  return unit === 's' ? `${value.toFixed(1)} s` : `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

/** e.g. `1.5x Keras`; `1.0x the fastest` for a goal that names all frameworks. */
export function formatGoal({ peers: named, ratio, of }: Goal): string {
  const all = named === inferencePeers || named === trainingPeers;
  const who = all ? 'the fastest' : named.map((name) => peerTitles[name]).join('/');
  return `${ratio}x ${who}${of === 'memory' ? "'s memory" : ''}`;
}

/** e.g. `1.20 GB (Keras 1.31 GB)` */
function memoryOf({ memory = {} }: Measurement): string {
  const { tunebook } = memory;
  if (!tunebook) return '';
  const [least] = inferencePeers.filter((name) => memory[name]).sort((a, b) => memory[a]! - memory[b]!);
  return `${formatValue(tunebook, 'bytes')}${least ? ` (${peerTitles[least]} ${formatValue(memory[least]!, 'bytes')})` : ''}`;
}

/** Tunebook's speed as a share of the machine's peak in the same precision. */
function share(
  { values, flops, precision = 'float32' }: Measurement,
  unit: Unit,
  peak: MachinePeak | undefined,
): string {
  const fastest = peak && peakOf(peak, precision);
  if (!flops || !fastest || !values.tunebook) return '';
  const seconds = unit === 'ms' ? values.tunebook / 1000 : values.tunebook;
  return `${Math.round((100 * flops) / seconds / 1e9 / fastest)}%`;
}
