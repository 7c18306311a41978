import { writeSync } from 'node:fs';

/** Chunks of at least this many bytes are written directly; smaller ones are collected in a buffer first. */
const LARGE = 1 << 16;

/**
 * Writes protobuf's wire format (protobuf.dev/programming-guides/encoding), for the few messages that a saved graph
 * needs. Libraries were measured first: with 500 MB of weights, google-protobuf kept one more copy in memory and protobufjs
 * two, and they took 1.2 and 4.7 times as long. Here weights go from their typed array straight to the file.
 */
export class ProtobufMessage {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;

  /** Bytes of the encoded message. */
  get length(): number {
    return this.size;
  }

  /** A field of type int32, int64, enum or bool. */
  varint(field: number, value: number | boolean): this {
    return this.append(encodeVarint(field * 8)).append(encodeVarint(Number(value)));
  }

  /** A field of type float. */
  float(field: number, value: number): this {
    return this.append(encodeVarint(field * 8 + 5)).append(bytesOf(Float32Array.of(value)));
  }

  /** A field of type double. */
  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return this.append(encodeVarint(field * 8 + 1)).append(bytes);
  }

  /** A field of type string or bytes. The bytes are not copied. */
  bytes(field: number, value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    return this.append(encodeVarint(field * 8 + 2))
      .append(encodeVarint(bytes.length))
      .append(bytes);
  }

  /** A field that is itself a message. */
  message(field: number, value: ProtobufMessage): this {
    this.append(encodeVarint(field * 8 + 2)).append(encodeVarint(value.size));
    for (const chunk of value.chunks) this.append(chunk);
    return this;
  }

  /** A repeated field of type int32, int64 or bool, packed. */
  packedVarints(field: number, values: readonly (number | boolean)[]): this {
    return this.bytes(field, Buffer.concat(values.map((value) => encodeVarint(Number(value)))));
  }

  /** A repeated field of type float, packed. */
  packedFloats(field: number, values: readonly number[]): this {
    return this.bytes(field, bytesOf(Float32Array.from(values)));
  }

  /** The encoded message as one array. */
  toBytes(): Uint8Array {
    return Buffer.concat(this.chunks);
  }

  /** Write the message to an open file. */
  writeTo(file: number): void {
    let small: Uint8Array[] = [];
    const flush = () => {
      writeAll(file, Buffer.concat(small));
      small = [];
    };
    for (const chunk of this.chunks) {
      if (chunk.length < LARGE) {
        small.push(chunk);
      } else {
        flush();
        writeAll(file, chunk);
      }
    }
    flush();
  }

  private append(bytes: Uint8Array): this {
    this.chunks.push(bytes);
    this.size += bytes.length;
    return this;
  }
}

/** The bytes of a typed array, as they lie in memory: little-endian wherever TensorFlow runs. */
export function bytesOf({
  buffer,
  byteOffset,
  byteLength,
}: Float32Array | Int32Array | Uint16Array | Uint8Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Seven bits a byte, the lowest first; a negative number is written as its 64-bit two's complement. */
function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value >= 0 && value < 2 ** 31 ? value : BigInt.asUintN(64, BigInt(value));
  if (typeof rest === 'bigint') {
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    rest = Number(rest);
  }
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30));
}
