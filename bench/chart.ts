import { type Chart, colors } from '../src/charts';
import { chart } from '../src/charts/theme';
import { type PeerName, peerNames, peerTitles } from './peers';
import type { Result } from './table';
import { judge } from './verdict';

/** Colours of Okabe and Ito (2008), as in all charts; each framework also has its own shape. */
const looks: Partial<Record<PeerName, { color: string; shape: string }>> = {
  keras: { color: colors.vermilion, shape: 'circle' },
  kerasXla: { color: colors.vermilion, shape: 'cross' },
  torch: { color: '#cc79a7', shape: 'square' },
  torchCompiled: { color: '#cc79a7', shape: 'diamond' },
  onnx: { color: colors.blue, shape: 'triangle-up' },
  openvino: { color: colors.blue, shape: 'triangle-down' },
};

/** How many times as fast as each other framework tunebook is, row by row, on a logarithmic axis; ticks mark the goals. */
export function ratioChart(results: readonly Result[], subtitle: string): Chart {
  const points: object[] = [];
  const goals: object[] = [];
  for (const { row, measurement } of results) {
    const { ratios, goals: judged } = judge(measurement, row.goals);
    for (const peer of peerNames) {
      const ratio = ratios[peer];
      if (ratio !== undefined) points.push({ work: row.work, peer: peerTitles[peer], ratio });
    }
    for (const { goal } of judged.filter((one) => one.goal.of !== 'memory')) {
      // a goal for several frameworks has no colour of its own
      const [only] = goal.peers;
      goals.push({
        work: row.work,
        ratio: goal.ratio,
        color: goal.peers.length === 1 ? looks[only!]?.color : colors.text,
      });
    }
  }
  const named = peerNames.filter((name) => looks[name]);
  const x = {
    field: 'ratio',
    type: 'quantitative',
    scale: { type: 'log', nice: false, padding: 16 },
    axis: {
      title: 'times as fast as the other framework (or as small)',
      values: [0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50],
      format: '~g',
    },
  };
  const y = { field: 'work', type: 'nominal', sort: null, axis: { title: null, labelLimit: 420, grid: true } };
  const scale = {
    domain: named.map((name) => peerTitles[name]),
    range: named.map((name) => looks[name]!.color),
  };
  const shapes = { domain: scale.domain, range: named.map((name) => looks[name]!.shape) };
  const spec = {
    title: { text: 'tunebook compared with other frameworks', subtitle },
    width: 420,
    height: { step: 26 },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rule', color: colors.muted },
        encoding: { x: { ...x, field: undefined, datum: 1 } },
      },
      {
        data: { values: goals },
        mark: { type: 'tick', thickness: 2, size: 18, opacity: 0.9 },
        encoding: { x, y, color: { field: 'color', type: 'nominal', scale: null } },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          x,
          y,
          color: { field: 'peer', type: 'nominal', scale, legend: { title: 'beside', orient: 'bottom' } },
          shape: { field: 'peer', type: 'nominal', scale: shapes, legend: { title: 'beside', orient: 'bottom' } },
        },
      },
    ],
  };
  const description =
    'How many times as fast as Keras, PyTorch, ONNX Runtime and OpenVINO tunebook does each piece of work; ticks mark the goals.';
  return chart(spec, description, description);
}
