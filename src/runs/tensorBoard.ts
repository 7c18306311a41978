import type { EpochRecord } from '../core/listener';
import { ProtobufMessage } from '../tensorflow/graph/protobuf';

/**
 * Write a training history as TensorBoard event files, one for training and one for validation, with the tags that Keras uses
 * (`epoch_loss`, `epoch_accuracy`, `epoch_learning_rate`), and where they were recorded the 95%
 * interval of the validation accuracy (`epoch_accuracy_low`, `epoch_accuracy_high`), what it must exceed
 * (`epoch_accuracy_most_frequent_class`), `epoch_macro_f1` and `epoch_auc`. Saved runs have them in their folder `tensorboard`:
 * `tensorboard --logdir FOLDER` shows all runs below a folder.
 *
 * @param history one record an epoch
 * @param ended when the last epoch ended, in seconds since 1970
 * @returns the content of the two files, under `train` and `validation`
 *
 * @example
 * ```ts
 * import { readRun, runs } from 'tunebook';
 * const files = runs.eventFiles(readRun('runs/first').history, Date.now() / 1000);
 * Object.keys(files); // => [ 'train', 'validation' ]
 * ```
 */
export function eventFiles(history: readonly EpochRecord[], ended: number): Record<string, Buffer> {
  const parts: Record<string, (record: EpochRecord) => Record<string, number | undefined>> = {
    train: (r) => ({ epoch_loss: r.loss, epoch_accuracy: r.accuracy, epoch_learning_rate: r.learningRate }),
    validation: (r) => ({
      ...{ epoch_loss: r.validationLoss, epoch_accuracy: r.validationAccuracy },
      ...{ epoch_accuracy_low: r.validationInterval?.low, epoch_accuracy_high: r.validationInterval?.high },
      epoch_accuracy_most_frequent_class: r.validationBaseline,
      ...{ epoch_macro_f1: r.validationMacroF1, epoch_auc: r.validationAuc },
    }),
  };
  const began = ended - history.reduce((sum, { seconds }) => sum + seconds, 0);
  return Object.fromEntries(
    Object.entries(parts).map(([part, valuesOf]) => {
      const records = [frame(new ProtobufMessage().double(1, began).bytes(3, 'brain.Event:2'))];
      let time = began;
      for (const record of history) {
        time += record.seconds;
        const values = Object.entries(valuesOf(record)).filter(([, value]) => value !== undefined);
        if (values.length > 0) records.push(frame(event(time, record.epoch, values as [string, number][])));
      }
      return [part, Buffer.concat(records)];
    }),
  );
}

/** An Event of tensorflow/core/util/event.proto with scalars. */
function event(time: number, step: number, values: readonly (readonly [string, number])[]): ProtobufMessage {
  const summary = new ProtobufMessage();
  for (const [tag, value] of values) summary.message(1, new ProtobufMessage().bytes(1, tag).float(2, value));
  return new ProtobufMessage().double(1, time).varint(2, step).message(5, summary);
}

/** A record of a TFRecord file: length, its checksum, the bytes, their checksum. */
function frame(message: ProtobufMessage): Buffer {
  const data = message.toBytes();
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1; // Castagnoli's polynomial
  return value;
});

/** CRC-32C (Castagnoli), masked (rotated, and a constant added) as the TFRecord format requires. */
function checksum(bytes: Uint8Array): Buffer {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  crc = (crc ^ 0xffffffff) >>> 0;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const result = Buffer.alloc(4);
  result.writeUInt32LE(masked);
  return result;
}
