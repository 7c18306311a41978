import assert from 'node:assert/strict';
import { UserError } from '../src/core/errors';

/** The call throws a UserError whose message contains every one of these. */
export function mistake(call: () => unknown, ...parts: string[]): void {
  assert.throws(call, (error) => {
    assert.ok(error instanceof UserError, String(error));
    for (const part of parts) assert.ok(error.message.includes(part), `'${error.message}' lacks '${part}'`);
    return true;
  });
}
