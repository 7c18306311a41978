import type { EpochRecord } from '../core/listener';
import { formatNumber } from '../core/text';
import { panelWidth, wholeTicks } from './panel';
import { colors } from './theme';

const height = 44;

/** The learning rate over the epochs, aligned with the loss panel above it and labelled with its last value. */
export function ratePanel(history: readonly EpochRecord[], epochs: [number, number]): object {
  const rates = history.map(({ learningRate }) => learningRate).filter(Number.isFinite);
  const highest = Math.max(...rates);
  const domain = [0, highest > 0 ? 1.1 * highest : 1];
  const x = {
    type: 'quantitative',
    scale: { domain: epochs, nice: false, zero: false },
    axis: { title: null, grid: false, values: wholeTicks(epochs), labels: false, ticks: false },
  };
  const last = history.at(-1)!;
  return {
    width: panelWidth,
    height,
    layer: [
      {
        mark: {
          type: 'line',
          interpolate: 'step-after',
          color: colors.muted,
          strokeWidth: 1.5,
          point: history.length < 2,
        },
        encoding: {
          x: { field: 'epoch', ...x },
          y: {
            field: 'learningRate',
            type: 'quantitative',
            scale: { domain, nice: false },
            axis: {
              title: null,
              tickCount: 2,
              values: [0, highest],
              labelExpr: "datum.value === 0 ? '0' : format(datum.value, '.0e')",
            },
          },
          tooltip: [
            { field: 'epoch', type: 'quantitative', title: 'epoch' },
            { field: 'learningRate', type: 'quantitative', title: 'learning rate', format: '.3~g' },
          ],
        },
      },
      {
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          fontWeight: 600,
          color: colors.muted,
          text: `learning rate ${formatNumber(last.learningRate)}`,
        },
        data: { values: [{}] },
        encoding: { x: { value: panelWidth + 8 }, y: { value: height * (1 - last.learningRate / domain[1]!) } },
      },
    ],
  };
}
