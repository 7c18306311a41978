import type { MimeBundle } from './mime';

/** Sends a `display_data` message of the Jupyter protocol, or `update_display_data` for a display that has been shown. */
export type DisplayWriter = (
  content: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  isUpdate: boolean,
) => void;

/**
 * The function of the kernel that shows something in the running cell; `undefined` outside a kernel.
 *
 * tslab is looked up among the modules that are already loaded. In a script it is not loaded, and importing it would load its
 * messaging library, too.
 */
export function displayWriter(): DisplayWriter | undefined {
  const path = Object.keys(require.cache).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  const tslab = path === undefined ? undefined : require.cache[path]?.exports;
  return (tslab as { lastWriteDisplayData?: DisplayWriter | null } | undefined)?.lastWriteDisplayData ?? undefined;
}
