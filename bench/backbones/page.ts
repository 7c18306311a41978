import { availableParallelism } from 'node:os';
import { describeMachine, type Machine } from '../record';

/** What was measured of a backbone; null where there is nothing to compare with, or it failed. */
export interface BackboneRow {
  name: string;
  /** with the ImageNet classifier, as tunebook builds it */
  parameters: number;
  published: number;
  /** what its outputs were compared with: Keras, or a library of PyTorch with the name of the network there */
  oracle: string | null;
  /** largest difference relative to the largest value: logits, and features */
  errors: [logits: number, features: number] | null;
  /** the same network of PyTorch, whose times are beside */
  peer: string | null;
  /** side of the pictures for the times, in pixels */
  size: number;
  /** seconds to build the network and give it the weights of a file */
  load: Pair;
  /** milliseconds a picture in batches, forwards, and in a training step of all layers */
  forward: Pair;
  step: Pair;
  /** largest resident memory of the process that trained, in bytes */
  memory: Pair;
  /** processes that wanted a core when it was measured (Linux's load average of a minute): more than there are cores make times long */
  busy: number;
}

/** tunebook, and PyTorch. */
export type Pair = [tunebook: number | null, torch: number | null];

const HEADER = [
  ...['backbone', 'parameters', 'as published', 'compared with', 'logits differ', 'features differ', 'pixels'],
  ...['load, s', 'PyTorch', 'ms a picture', 'PyTorch', 'ratio', 'step, ms a picture', 'PyTorch', 'ratio'],
  ...['memory, GB', 'PyTorch'],
];

/** The page as Markdown. */
export function backbonesPage(
  rows: readonly BackboneRow[],
  machine: Machine,
  { when, commit }: { when: string; commit: string },
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[
    '# Every backbone',
    '',
    `\`node dist/bench/backbones.js --publish\` wrote this page, the last of it on ${when.slice(0, 10)}, of commit ${commit}, on ${describeMachine(machine)}.`,
    'Weights are random, moving statistics too. Outputs are compared with those of Keras (its own `.h5`), or of torchvision or timm, for the same',
    'weights. Times are medians of rounds in which both did the same work in turn; a ratio above 1 says that tunebook is faster. A step trains all',
    'layers with Adam. PyTorch is not compiled, and keeps the memory of its tensors (settings of malloc), which it would else ask for in each step;',
    'where it has no such network, there is a dash.',
    ...busyNote(rows),
    '',
    line(HEADER),
    line(HEADER.map((title) => (/backbone|with|published/.test(title) ? '---' : '---:'))),
    ...rows.map((row) => line(cellsOf(row))),
  ].join('\n')}\n`;
}

/** Whether other work ran: then times say nothing, as frameworks differ in how they wait for a core. */
const wasBusy = ({ busy }: BackboneRow): boolean => busy > 1.5 * availableParallelism();

/** That times are left out, if they are. */
function busyNote(rows: readonly BackboneRow[]): string[] {
  const busy = rows.filter(wasBusy);
  if (busy.length === 0) return [];
  const most = Math.round(Math.max(...busy.map((row) => row.busy)));
  return [
    '',
    `The times of ${busy.length} rows are left out, as other work ran beside them (up to ${most} processes for ${availableParallelism()} cores): \`--again\` measures them on an idle machine.`,
  ];
}

const number =
  (digits: number, scale = 1) =>
  (value: number | null): string =>
    value === null ? '-' : (value / scale).toFixed(digits);

const ratio = ([ours, theirs]: Pair) => (ours === null || theirs === null ? '-' : `${(theirs / ours).toFixed(2)}x`);

const times = ({ load, forward, step }: BackboneRow): string[] => [
  ...load.map(number(2)),
  ...forward.map(number(1)),
  ratio(forward),
  ...step.map(number(1)),
  ratio(step),
];

/** The cells of a row, as in {@link HEADER}. */
function cellsOf(row: BackboneRow): string[] {
  const error = (value: number | undefined) => value?.toExponential(1) ?? '-';
  return [
    row.name,
    row.parameters.toLocaleString('en'),
    row.parameters === row.published ? 'yes' : `no: ${row.published}`,
    row.oracle ?? '-',
    error(row.errors?.[0]),
    error(row.errors?.[1]),
    String(row.size),
    ...(wasBusy(row) ? new Array<string>(8).fill('') : times(row)),
    ...row.memory.map(number(2, 1e9)),
  ];
}

export const backbonesHeader: readonly string[] = HEADER;
export { cellsOf as backboneCells };
