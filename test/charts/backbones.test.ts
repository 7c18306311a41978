import assert from 'node:assert/strict';
import { backboneChart } from '../../src/charts';
import { renderSvg } from '../../src/charts/render';

describe('the chart of backbones', () => {
  it('is no wider than a page, whatever it says of the best one and of what cannot be told from it', async () => {
    const probe = { estimate: 0.771, low: 0.727, high: 0.81 };
    const rows = ['EfficientNet-Lite0', 'EfficientNet-Lite1', 'EfficientNet-Lite2'].map((title) => ({
      ...{
        title,
        fileBytes: 2e7,
        parameters: 4e6,
        multiplyAdds: 6e8,
        millisecondsAPicture: 24.3,
        publishedTop1: 0.767,
      },
      ...{ probe, neighbours: probe, mostFrequent: 0.276, logMe: 0.104 },
    }));
    const chart = backboneChart(rows);
    const [, width] = /width="([\d.]+)"/.exec(await renderSvg(chart))!;
    assert.ok(Number(width) <= 910, `${width} pixels wide`);
    const said = JSON.stringify(chart);
    for (const part of [
      'always the most frequent class: 27.6%',
      'do not rule out EfficientNet-Lite1, EfficientNet-Lite2',
    ])
      assert.ok(said.includes(part), part);
  });
});
