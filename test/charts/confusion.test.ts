import assert from 'node:assert/strict';
import { confusionMatrixChart } from '../../src/charts';
import { contrast } from '../../src/charts/color';
import { UserError } from '../../src/core/errors';
import { checkChart, scene } from './scene';

/** A matrix with 8 correct predictions per class, and 2 predicted as the next class. */
function matrix(classes: number) {
  const names = Array.from({ length: classes }, (_, c) => `class ${c}`);
  const counts = names.map((_, t) => names.map((_, p) => (t === p ? 8 : p === (t + 1) % classes ? 2 : 0)));
  return { classes: names, counts };
}
const pets = {
  classes: ['cat', 'dog', 'fish'],
  counts: [
    [6, 2, 0],
    [1, 999, 0],
    [0, 0, 0],
  ],
};

describe('confusionMatrixChart', function () {
  this.timeout(60_000); // vega takes its time to load on a busy machine

  it('draws a cell for each count above 0, and names all classes on both axes', async () => {
    const chart = confusionMatrixChart(pets);
    checkChart(chart);
    const drawn = await scene(chart);
    assert.deepEqual(drawn.warnings, []);
    assert.equal(drawn.marks('rect').length, 4);
    assert.deepEqual(drawn.texts().sort(), ['1', '2', '6', '999']);
    assert.deepEqual(drawn.texts('axis-label').sort(), ['cat', 'cat', 'dog', 'dog', 'fish', 'fish']);
    assert.ok(drawn.texts('title-text').includes('Confusion matrix: 1005 of 1008 right (99.7%)'));
  });

  it('puts the true class in the row and the predicted class in the column', async () => {
    const cells = (await scene(confusionMatrixChart(pets))).marks('rect');
    const taken = cells.find(({ tooltip }) => (tooltip as Record<string, string>).examples === '2')!;
    assert.equal((taken.tooltip as Record<string, string>)['true class'], 'cat');
    assert.equal((taken.tooltip as Record<string, string>).predicted, 'dog');
    assert.ok(taken.x! > taken.y!, 'the first row, the second column');
  });

  it('shows proportions of the row or column when normalized, but never 0 for a count above 0', async () => {
    const rows = await scene(confusionMatrixChart(pets, { normalize: 'rows' }));
    assert.deepEqual(rows.texts().sort(), ['100', '25', '75', '<1']);
    const columns = await scene(confusionMatrixChart(pets, { normalize: 'columns' }));
    assert.deepEqual(columns.texts().sort(), ['100', '14', '86', '<1']);
  });

  for (const classes of [1, 2, 24, 25, 100]) {
    it(`fits ${classes} classes`, async () => {
      const chart = confusionMatrixChart(matrix(classes));
      checkChart(chart);
      const drawn = await scene(chart);
      const cells = classes === 1 ? 1 : 2 * classes;
      assert.equal(drawn.marks('rect').length, cells);
      assert.equal(drawn.texts().length, classes <= 24 ? cells : 0);
      assert.equal(drawn.texts('axis-label').length, 2 * classes);
      const across = Math.max(...drawn.marks('rect').map(({ x }) => x!));
      assert.ok(across <= 800, `${across} pixels`);
    });
  }

  it('has text with a contrast of at least 4.5 on every cell', async () => {
    const names = Array.from({ length: 20 }, (_, c) => `c${c}`);
    const counts = names.map((_, t) => names.map((_, p) => (t + 1) * (p + 1) * (t === p ? 30 : 1)));
    const drawn = await scene(confusionMatrixChart({ classes: names, counts }));
    const cells = drawn.marks('rect');
    for (const [i, text] of drawn.marks('text').entries()) {
      const ratio = contrast(text.fill!, cells[i]!.fill!);
      assert.ok(ratio >= 4.5, `${text.fill} on ${cells[i]!.fill}: ${ratio}`);
    }
  });

  it('is an empty frame for no examples', async () => {
    const chart = confusionMatrixChart({
      classes: ['a', 'b'],
      counts: [
        [0, 0],
        [0, 0],
      ],
    });
    checkChart(chart);
    const drawn = await scene(chart);
    assert.equal(drawn.marks('rect').length, 0);
    assert.equal(drawn.texts('axis-label').length, 4);
    assert.ok(drawn.texts('title-text').includes('Confusion matrix: no examples'));
  });

  it('is the whole table as text for few classes, the most confused pairs for many', () => {
    assert.equal(
      confusionMatrixChart(pets).usermeta.text,
      [
        'Confusion matrix: 1005 of 1008 right (99.7%)',
        'true \\ predicted  cat  dog  fish',
        'cat                 6    2     0',
        'dog                 1  999     0',
        'fish                0    0     0',
      ].join('\n'),
    );
    assert.match(
      confusionMatrixChart(matrix(13)).usermeta.text,
      /most confused of 13 classes:\ntrue +predicted +examples/,
    );
    assert.match(confusionMatrixChart(pets).description, /cat predicted as dog 2 times, dog predicted as cat 1 time\./);
  });

  it('refuses an unknown way to normalize', () => {
    assert.throws(
      () => confusionMatrixChart(pets, { normalize: 'all' as 'none' }),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /'none', 'rows' or 'columns', got 'all'/);
        return true;
      },
    );
  });
});
