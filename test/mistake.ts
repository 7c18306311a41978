import assert from 'node:assert/strict';
import { UserError } from '../src/core/errors';

/** Checks that the call throws a UserError whose message contains each of these texts. */
export function mistake(call: () => unknown, ...parts: string[]): void {
  assert.throws(call, (error) => {
    assert.ok(error instanceof UserError, String(error));
    for (const part of parts) assert.ok(error.message.includes(part), `'${error.message}' lacks '${part}'`);
    return true;
  });
}
