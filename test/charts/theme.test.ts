import assert from 'node:assert/strict';
import { colors } from '../../src/charts';
import { contrast, mix, textColorOn } from '../../src/charts/color';
import { alignColumns, formatNumber, formatShare } from '../../src/core/text';

describe('the theme of charts', () => {
  it('has a contrast of at least 4.5 between every text colour and the background', () => {
    for (const name of ['text', 'muted', 'blue', 'vermilionText'] as const) {
      const ratio = contrast(colors[name], colors.card);
      assert.ok(ratio >= 4.5, `${name}: ${ratio}`);
    }
  });

  it('measures contrast as WCAG 2.1 does', () => {
    assert.equal(contrast('#000000', '#ffffff'), 21);
    assert.equal(contrast('#777777', '#777777'), 1);
    assert.equal(contrast('#767676', '#ffffff').toFixed(2), '4.54'); // the well-known lightest grey for text on white
  });

  it('chooses the more readable text colour, and mixes colours channel by channel', () => {
    assert.equal(textColorOn('#ffead9'), '#000000');
    assert.equal(textColorOn('#00517f'), '#ffffff');
    assert.equal(mix('#000000', '#ff8040', 0.5), '#804020');
  });

  it('rounds numbers for display and keeps those that are not finite', () => {
    const given = [0.39812, 1234.567, 12, 0.00012345, 1e-9, 0, Number.NaN, Number.NEGATIVE_INFINITY, null];
    const expected = ['0.398', '1234.6', '12', '1.23e-4', '1.00e-9', '0', 'NaN', '-Infinity', ''];
    assert.deepEqual(given.map(formatNumber), expected);
    assert.deepEqual([0.8733, 1, Number.NaN].map(formatShare), ['87.3%', '100.0%', 'NaN']);
  });

  it('aligns columns of text', () => {
    assert.equal(
      alignColumns(
        [
          ['a', 'n'],
          ['long', '100'],
        ],
        [false, true],
      ),
      'a       n\nlong  100',
    );
  });
});
