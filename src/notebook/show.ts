import { inspect } from 'node:util';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import { type DisplayWriter, displayWriter } from './kernel';
import { liveSettled } from './live';
import { displayMetadata, type MimeBundle, toMimeBundle } from './mime';

/**
 * Show values one below the other: charts, tables and whatever shows itself richly in a notebook, as text on a terminal.
 *
 * Everything else is shown as `console.log` would. Resolves when all is sent; what goes wrong while showing becomes text.
 */
export async function show(...values: unknown[]): Promise<void> {
  await liveSettled(); // so that a live chart has its last look before what follows it
  for (const value of values) {
    const write = displayWriter();
    const plain = { 'text/plain': typeof value === 'string' ? value : inspect(value) };
    const bundle = (await toMimeBundle(value, { picture: write !== undefined })) ?? plain;
    if (write) send(write, bundle);
    else console.log(bundle['text/plain'] ?? `(${Object.keys(bundle).join(', ') || 'nothing to show'})`);
  }
}

function send(write: DisplayWriter, data: MimeBundle): void {
  try {
    write({ data, metadata: displayMetadata(data), transient: {} }, false);
  } catch (error) {
    console.error(`This could not be shown: ${printable(messageOf(error))}`);
  }
}
