import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../../src/core/errors';
import { PickleCall, PickleGlobal, readPickle } from '../../../src/models/weights/pickle';

/** What `pickle.dumps({'a': [1, -2, 300, 70000], 'b': (True, None, 1.5)}, protocol=2)` gives in Python 3.11. */
const DICTIONARY =
  '80027d71002858010000006171015d71' + // { 'a': [
  '02284b014afeffffff4d2c014a7011010065' + // 1, -2, 300, 70000 ]
  '580100000062' + // 'b':
  '7103884e473ff80000000000008771' + // (True, None, 1.5)
  '04752e';

const none = new Set<string>();

describe('readPickle', () => {
  it('reads dictionaries, lists, tuples, numbers, strings, booleans and None', () => {
    const bytes = Buffer.from(DICTIONARY, 'hex');
    const { value, end } = readPickle(bytes, 0, none);
    assert.deepEqual(
      value,
      new Map<string, unknown>([
        ['a', [1, -2, 300, 70000]],
        ['b', [true, null, 1.5]],
      ]),
    );
    assert.equal(end, bytes.length);
  });

  it('reads long whole numbers as torch writes its magic number', () => {
    const { value } = readPickle(Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'), 0, none);
    assert.equal(value, Number(0x1950a86a20f9469cfc6cn));
  });

  it('never runs a call: it returns the name and the arguments', () => {
    const bytes = Buffer.concat([Buffer.from('\x80\x02ctorch\nFloatStorage\n(K\x07tR.', 'latin1')]);
    const { value } = readPickle(bytes, 0, new Set(['torch.FloatStorage']));
    assert.ok(value instanceof PickleCall);
    assert.equal(value.callee, 'torch.FloatStorage');
    assert.deepEqual(value.args, [7]);
  });

  it('refuses a name that weights do not need, and says which', () => {
    const hostile = Buffer.from('\x80\x02cposix\nsystem\n(X\x05\x00\x00\x00touchtR.', 'latin1');
    assert.throws(() => readPickle(hostile, 0, none), /asks for 'posix\.system'.*not run/);
  });

  it('refuses the same name given through the stack (protocol 4)', () => {
    const hostile = Buffer.from('\x80\x04\x8c\x05posix\x8c\x06system\x93.', 'latin1');
    assert.throws(() => readPickle(hostile, 0, none), /asks for 'posix\.system'/);
  });

  it('refuses unknown instructions, and names their code', () => {
    assert.throws(() => readPickle(Buffer.from('\x80\x02i', 'latin1'), 0, none), /instruction 0x69/);
  });

  it('says where an incomplete pickle ends', () => {
    const bytes = Buffer.from(DICTIONARY, 'hex').subarray(0, 20);
    assert.throws(() => readPickle(bytes, 0, none), /ends too soon/);
  });

  it('answers any bytes with a value or a UserError', () => {
    const original = Buffer.from(DICTIONARY, 'hex');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 8 }), (flips) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of flips) bytes[at] = value;
        try {
          readPickle(bytes, 0, none);
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('distinguishes names from strings', () => {
    const { value } = readPickle(
      Buffer.from('\x80\x02ctorch\nFloatStorage\n.', 'latin1'),
      0,
      new Set(['torch.FloatStorage']),
    );
    assert.ok(value instanceof PickleGlobal);
  });
});
