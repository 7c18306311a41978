import assert from 'node:assert/strict';
import {
  confusedPairsChart,
  confusionMatrixChart,
  embeddingChart,
  precisionRecallChart,
  reliabilityChart,
  rocChart,
  sliceChart,
  thresholdChart,
} from '../../src/charts';
import { contrast } from '../../src/charts/color';
import { colors, hues } from '../../src/charts/theme';
import {
  calibration,
  confusionMatrix,
  precisionRecallCurve,
  rocCurve,
  sortByConfusion,
  thresholdTable,
} from '../../src/metrics';
import { mistake } from '../mistake';
import { checkChart, scene } from './scene';

describe('charts of model quality', function () {
  this.timeout(60_000); // vega takes its time to load on a busy machine

  it('draw degenerate curves: no positives, no negatives, one example, no example', async () => {
    const curves = (make: typeof rocCurve | typeof precisionRecallCurve) => ({
      'no positives': make([0, 0], [0.2, 0.4]),
      'no negatives': make([1, 1], [0.2, 0.4]),
      'one example': make([1], [0.4]),
      none: { ...make([1], [0.4]), points: [] },
    });
    for (const chart of [
      rocChart(curves(rocCurve) as Record<string, ReturnType<typeof rocCurve>>),
      precisionRecallChart(curves(precisionRecallCurve) as Record<string, ReturnType<typeof precisionRecallCurve>>),
    ]) {
      checkChart(chart);
      const drawn = await scene(chart);
      assert.deepEqual(drawn.warnings, []);
      assert.ok(drawn.texts().some((text) => text === 'no positives: undefined'));
    }
  });

  it('put the curve with the smallest area first, with its interval', () => {
    const { text } = rocChart({
      good: rocCurve([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
      bad: rocCurve([0, 1, 0, 1], [0.1, 0.2, 0.8, 0.9]),
    }).usermeta;
    const [, , first, second] = text.split('\n');
    assert.match(first!, /^bad +0\.750 +0\.\d+ to 0\.\d+ +2$/);
    assert.match(second!, /^good +1\.000/);
  });

  it('say whether the model is overconfident', () => {
    const sure = calibration(
      [0, 0, 1, 1],
      [0, 0, 0, 0].map(() => [0.95, 0.05]),
    );
    assert.match(reliabilityChart(sure).description, /error 45\.0%, overconfident/);
  });

  it('sort classes so that confused ones are next to each other, and keep all classes', () => {
    const matrix = confusionMatrix([0, 0, 1, 2, 2, 2, 3], [0, 3, 1, 1, 1, 2, 3], ['a', 'b', 'c', 'd']);
    const { classes, counts } = sortByConfusion(matrix);
    assert.deepEqual(classes, ['b', 'c', 'a', 'd']);
    assert.equal(counts[1]![0], 2);
    assert.match(confusionMatrixChart(matrix, { sort: 'confusion' }).usermeta.text, /true \\ predicted +b +c +a +d/);
    mistake(() => confusionMatrixChart(matrix, { sort: 'size' as 'classes' }), "sort must be 'classes' or 'confusion'");
  });

  it('say so if no classes were confused', async () => {
    const chart = confusedPairsChart(confusionMatrix([0, 1], [0, 1], ['a', 'b']));
    assert.match(chart.usermeta.text, /No two classes were confused/);
    assert.deepEqual((await scene(chart)).warnings, []);
  });

  it('show the picture under the pointer, and crosses for wrong predictions', async () => {
    const url = 'data:image/png;base64,iVBORw0KGgo=';
    const drawn = await scene(
      embeddingChart([
        { x: 0, y: 0, class: 'cat', url },
        { x: 1, y: 1, class: 'dog', wrong: true, url },
      ]),
    );
    const points = drawn.marks('symbol');
    assert.equal(points.length, 2);
    assert.equal((points[0]!.tooltip as Record<string, string>).image, url);
  });

  it('refuse empty data, and points that are not finite', () => {
    mistake(() => rocChart({}), 'no curve');
    mistake(() => sliceChart([]), 'no slice');
    mistake(() => thresholdChart(thresholdTable([1], [0.5]).slice(0, 1)), 'no threshold');
    mistake(() => embeddingChart([]), 'no points');
    mistake(() => embeddingChart([{ x: Number.NaN, y: 0, class: 'a' }]), 'point 0 must be finite numbers');
  });

  it('label series in colours that are readable on the background', () => {
    for (const hue of hues) {
      const text = hue === colors.vermilion ? colors.vermilionText : hue;
      assert.ok(contrast(text, colors.card) >= 4.15, `${hue} ${contrast(text, colors.card)}`);
    }
  });
});
