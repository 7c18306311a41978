import assert from 'node:assert/strict';
import { lackOf } from './documentation';
import { readPublicNames } from './program';

describe('the documentation of public names', function () {
  this.timeout(120_000);

  it('has a summary for each, an example for each function, class and constant, a comment for each property', () => {
    const { names } = readPublicNames();
    assert.ok(names.length > 400, `${names.length} names`);
    const lacks = names.flatMap((name) => lackOf(name) ?? []);
    assert.equal(lacks.length, 0, `\n${lacks.join('\n')}`);
  });
});
