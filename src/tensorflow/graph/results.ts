import { tf } from './backend';
import { Refusal } from './recording';

/** What a compiled function may give back. */
export type Results = tf.Tensor | tf.Tensor[] | { [name: string]: tf.Tensor };

/** The tensors of a result, in order. @throws {Refusal} if it is anything but tensors */
export function pack(results: Results): tf.Tensor[] {
  const tensors = results instanceof tf.Tensor ? [results] : Object.values(results ?? {});
  if (!tensors.every((tensor) => tensor instanceof tf.Tensor) || tensors.length === 0) {
    throw new Refusal('it gives back something else than tensors');
  }
  return tensors;
}

/** How to put tensors back into the form of a result: undefined for a tensor, the keys of an object, a length. */
export type Form = undefined | number | string[];

export function formOf(results: Results): Form {
  if (results instanceof tf.Tensor) return undefined;
  return Array.isArray(results) ? results.length : Object.keys(results);
}

export function unpack(tensors: tf.Tensor[], form: Form): Results {
  if (form === undefined) return tensors[0]!;
  return typeof form === 'number' ? tensors : Object.fromEntries(form.map((key, i) => [key, tensors[i]!]));
}
