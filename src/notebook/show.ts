import { inspect } from 'node:util';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import { type DisplayWriter, displayWriter } from './kernel';
import { liveUpdatesSent } from './live';
import { displayMetadata, type MimeBundle, toMimeBundle } from './mime';

/**
 * Show values below the running cell, one after the other: charts, tables, summaries of datasets and runs, and values with a
 * display method in their richest format; anything else as `console.log` shows it. On a terminal all are text.
 *
 * @returns a promise that resolves when all values have been sent; errors become text
 *
 * @example
 * ```ts
 * import { openDataset, show } from 'tunebook';
 * await show(await openDataset('photos'), 'a text'); // a summary of the dataset, and the text
 * ```
 */
export async function show(...values: unknown[]): Promise<void> {
  await liveUpdatesSent(); // so that a live chart is complete before what follows it
  for (const value of values) {
    const write = displayWriter();
    const bundle = await bundleOf(value, { picture: write !== undefined });
    if (write) send(write, bundle);
    else console.log(bundle['text/plain'] ?? `(${Object.keys(bundle).join(', ') || 'nothing to show'})`);
  }
}

/** A value in the formats of {@link toMimeBundle}, or as text if it has none. */
export async function bundleOf(value: unknown, options: { picture: boolean }): Promise<MimeBundle> {
  return (await toMimeBundle(value, options)) ?? { 'text/plain': typeof value === 'string' ? value : inspect(value) };
}

function send(write: DisplayWriter, data: MimeBundle): void {
  try {
    write({ data, metadata: displayMetadata(data), transient: {} }, false);
  } catch (error) {
    console.error(`This could not be shown: ${printable(messageOf(error))}`);
  }
}
