import type { MimeBundle } from './mime';

/** Sends one `display_data`, or one `update_display_data` for a display that was shown before. */
export type DisplayWriter = (
  content: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  isUpdate: boolean,
) => void;

/**
 * How to show something in the running cell; `undefined` outside a kernel.
 *
 * tslab is looked up among the modules that are loaded already: in a script it is not, and loading it would take a
 * messaging library along.
 */
export function displayWriter(): DisplayWriter | undefined {
  const path = Object.keys(require.cache).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  const tslab = path === undefined ? undefined : require.cache[path]?.exports;
  return (tslab as { lastWriteDisplayData?: DisplayWriter | null } | undefined)?.lastWriteDisplayData ?? undefined;
}
