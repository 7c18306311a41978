import { renderSvg } from '../src/charts/render';
import { writeFileAtomically } from '../src/core/files';
import { ratioChart } from './chart';
import { describePeak } from './peak';
import { inferencePeers, peerNames, peerTitles } from './peers';
import { type BenchRecord, describeMachine } from './record';
import { formatGoal, formatValue, type Result, resultNotes } from './table';
import { judge } from './verdict';

/** Write the page of a run: FOLDER/RESULTS.md with its chart and its record beside it. @returns the files */
export async function writePage(record: BenchRecord, results: readonly Result[], folder: string): Promise<string[]> {
  const files = ['RESULTS.md', 'results.svg', 'results.json'].map((name) => `${folder}/${name}`);
  writeFileAtomically(files[1]!, await renderSvg(ratioChart(results, describeMachine(record.machine))));
  writeFileAtomically(files[2]!, `${JSON.stringify(record, null, 1)}\n`);
  writeFileAtomically(files[0]!, pageOf(record, results));
  return files;
}

/** The page as Markdown: machine, chart, table, notes. The fastest of a row is bold. */
export function pageOf(
  { when, commit, machine, peak, quick, seconds }: BenchRecord,
  results: readonly Result[],
): string {
  const named = peerNames.filter((name) => results.some(({ measurement }) => measurement.values[name] !== undefined));
  // the first one of each counts: the row of decoding names the versions of what decodes
  const versions = Object.assign({}, ...results.map(({ measurement }) => measurement.versions ?? {}).reverse());
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = results.map(({ row: { work, unit, goals, requirements }, measurement }) => {
    const { values } = measurement;
    const least = Math.min(...named.flatMap((name) => values[name] ?? []));
    const { ratios, met } = judge(measurement, goals, requirements);
    const reached = Math.min(...inferencePeers.flatMap((name) => ratios[name] ?? []));
    return row([
      work,
      ...named.map((name) => {
        if (values[name] === undefined) return '';
        const text = formatValue(values[name], unit);
        return values[name] === least && named.length > 1 ? `**${text}**` : text;
      }),
      Number.isFinite(reached) ? `${reached.toFixed(2)}x` : '',
      [...goals.map(formatGoal), ...(requirements ?? []).map(({ text }) => text)].join(', '),
      met === undefined ? '' : met ? 'met' : 'missed',
    ]);
  });
  const notes = resultNotes(results);
  return `${[
    '# Results of the benchmark',
    '',
    `\`npm run bench -- --publish\` wrote this page on ${when.slice(0, 10)}, of commit ${commit}${quick ? ', with few rounds' : ''}, in ${Math.round(seconds / 60)} minutes:`,
    'the median of rounds in which all frameworks did the same work in turn. Less is better, and the fastest is bold. Forward passes of a',
    'network at further batch sizes are beside ONNX Runtime and OpenVINO, and networks with depthwise convolutions without XLA, which takes',
    '10 to 30 times as long for them.',
    '',
    `- ${describeMachine(machine)}, ${(machine.memory / 1e9).toFixed(0)} GB; ${machine.instructions.join(', ')}; Node ${machine.node}`,
    ...(peak ? [`- most that TensorFlow reaches here: ${describePeak(peak)}`] : []),
    ...(Object.keys(versions).length > 0
      ? [`- ${peerNames.flatMap((name) => (versions[name] ? `${peerTitles[name]} ${versions[name]}` : [])).join(', ')}`]
      : []),
    '',
    '![How many times as fast as each other framework tunebook is](results.svg)',
    '',
    row(['work', ...named.map((name) => peerTitles[name]), 'beside the fastest', 'goal', '']),
    row(['---', ...named.map(() => '---:'), '---:', '---', '---']),
    ...lines,
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${note}`)] : []),
  ].join('\n')}\n`;
}
