import assert from 'node:assert/strict';
import { checkTypes, readPublicNames } from './program';
import type { Example } from './publicNames';
import { ExampleRunner } from './runExamples';

describe('the examples of public names', function () {
  this.timeout(600_000);
  let examples: Example[];
  let mistakes: string[];
  before(() => {
    const { names, program } = readPublicNames();
    examples = names.flatMap((name) => name.examples);
    mistakes = checkTypes(examples, program);
  });

  it('are ES modules without a mistake of types', () => {
    assert.ok(examples.length > 0);
    assert.equal(mistakes.length, 0, `\n${mistakes.join('\n')}`);
  });

  it('run, and give what they say', async () => {
    const runner = new ExampleRunner();
    const wrong: string[] = [];
    try {
      for (const example of examples.filter(({ runs }) => runs)) wrong.push(...(await runner.run(example)));
    } finally {
      runner.close();
    }
    assert.equal(wrong.length, 0, `\n${wrong.join('\n')}`);
  });
});
