import type { MimeBundle } from './mime';

/** Sends a `display_data` message of the Jupyter protocol, or `update_display_data` for a display that has been shown. */
export type DisplayWriter = (
  content: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  isUpdate: boolean,
) => void;

/** The function of the kernel that shows something in the running cell; `undefined` outside a kernel. */
export function displayWriter(): DisplayWriter | undefined {
  return tslab()?.lastWriteDisplayData ?? undefined;
}

/** The function of the kernel that removes the output of the running cell, possibly only when there is a new one; `undefined` elsewhere. */
export function outputClearer(): ((wait: boolean) => void) | undefined {
  return tslab()?.clearOutput;
}

/** What the kernel provides; stock tslab has only the first. */
interface Tslab {
  lastWriteDisplayData?: DisplayWriter | null;
  clearOutput?: (wait: boolean) => void;
}

/**
 * tslab is looked up among the modules that are already loaded. In a script it is not loaded, and importing it would load its
 * messaging library, too.
 */
function tslab(): Tslab | undefined {
  const path = Object.keys(require.cache).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  return path === undefined ? undefined : require.cache[path]?.exports;
}
