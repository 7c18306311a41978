import assert from 'node:assert/strict';
import { lackOf } from './documentation';
import { readPublicNames } from './program';
import type { PublicName } from './publicNames';
import { undocumented } from './undocumented';

describe('the documentation of public names', function () {
  this.timeout(120_000);
  let names: PublicName[];
  before(() => {
    names = readPublicNames().names;
  });

  it('has a summary for each, an example for each function, class and constant, a comment for each property', () => {
    const lacks = names.filter(({ name }) => !undocumented.has(name)).flatMap((name) => lackOf(name) ?? []);
    assert.equal(lacks.length, 0, `\n${lacks.join('\n')}`);
  });

  it('is still to be written only for names that lack something', () => {
    const lacking = new Set(names.filter((name) => lackOf(name) !== undefined).map(({ name }) => name));
    const done = [...undocumented].filter((name) => !lacking.has(name));
    assert.equal(done.length, 0, `strike off test/docs/undocumented.ts: ${done.join(', ')}`);
  });
});
