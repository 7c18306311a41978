import type { Listener } from '../core/listener';
import { type Example, type Reading, type ResizeOptions, readPicture, type Skipped } from '../data';
import { decodedBatches } from '../features/decodedBatches';
import { type Prediction, toPredictions } from './predictions';

/** A prediction with the SHA-256 of the picture's content, and its group where it has one. */
export interface ExamplePrediction extends Prediction {
  /** SHA-256 of the picture's content */
  hash: string;
}

/** A network with its head that gives the logits of decoded pictures. */
export interface LogitsOfPictures {
  /** how pictures become square, and their side */
  resize: ResizeOptions;
  /** class names, in the order of the logits */
  classes: readonly string[];
  /** how the samples of pictures were mapped to 8 bits in training; it replaces how the dataset's examples are read */
  reading?: Reading | undefined;
  /** pictures [size, size, 3] of bytes to [batch x outputs] */
  logits(pixels: readonly Uint8Array[]): Float32Array;
}

/**
 * Compute the probabilities of the pictures of a dataset, outside training.
 *
 * @param examples labelled pictures; a label is an index into the model's classes
 * @returns a prediction for each that could be read, in the order of the examples
 */
export async function predictExamples(
  model: LogitsOfPictures,
  examples: readonly Example[],
  listener: Pick<Listener, 'onProgress' | 'shouldStop'> = {},
): Promise<{ predictions: ExamplePrediction[]; skipped: Skipped[] }> {
  const hashes = new Map<string, string>();
  const named = examples.map((example, i) => {
    const reading = model.reading ?? example.reading;
    return {
      file: String(i), // two pictures in memory may have one name
      reading,
      read: async () => {
        const { content, hash } = await readPicture({ ...example, reading });
        hashes.set(String(i), hash);
        return content;
      },
    };
  });
  const predictions: ExamplePrediction[] = [];
  const unread: Skipped[] = [];
  const decoding = { skipped: unread, task: 'evaluating', listener };
  for await (const { files, pixels } of decodedBatches(named, model.resize, decoding)) {
    const batch = files.map((place) => examples[Number(place)]!);
    const predicted = toPredictions(batch, model.logits(pixels), model.classes.length);
    predictions.push(...predicted.map((each, i) => ({ ...each, hash: hashes.get(files[i]!)! })));
  }
  return { predictions, skipped: unread.map(({ file, reason }) => ({ file: examples[Number(file)]!.file, reason })) };
}
