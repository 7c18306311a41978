import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtobufMessage } from '../../../src/tensorflow/graph/protobuf';
import { temporaryFolder } from '../../folders';

function encode(message: ProtobufMessage): Buffer {
  const path = join(temporaryFolder(), 'message.pb');
  const file = openSync(path, 'w');
  message.writeTo(file);
  closeSync(file);
  const bytes = readFileSync(path);
  assert.equal(bytes.length, message.length);
  return bytes;
}

const hex = (message: ProtobufMessage) => encode(message).toString('hex');

describe('ProtobufMessage', () => {
  // The first three are the examples of protobuf.dev/programming-guides/encoding.
  it('writes the examples of the format', () => {
    assert.equal(hex(new ProtobufMessage().varint(1, 150)), '089601');
    assert.equal(hex(new ProtobufMessage().bytes(2, 'testing')), '120774657374696e67');
    assert.equal(hex(new ProtobufMessage().message(3, new ProtobufMessage().varint(1, 150))), '1a03089601');
    assert.equal(hex(new ProtobufMessage().packedVarints(6, [3, 270, 86942])), '3206038e029ea705');
  });

  it('writes negative, large and fractional numbers', () => {
    assert.equal(hex(new ProtobufMessage().varint(1, -1)), '08ffffffffffffffffff01');
    assert.equal(hex(new ProtobufMessage().varint(1, 2 ** 40)), '08808080808020');
    assert.equal(hex(new ProtobufMessage().varint(16, true)), '800101');
    assert.equal(hex(new ProtobufMessage().float(1, 1)), '0d0000803f');
    assert.equal(hex(new ProtobufMessage().packedFloats(2, [1, -2])), '12080000803f000000c0');
  });

  it('writes small and large parts in their order', () => {
    const large = new Uint8Array(200_000).fill(7);
    const bytes = encode(new ProtobufMessage().varint(1, 1).bytes(2, large).varint(3, 1));
    assert.equal(bytes.subarray(0, 6).toString('hex'), '080112c09a0c');
    assert.equal(bytes.subarray(-3).toString('hex'), '071801');
  });
});
