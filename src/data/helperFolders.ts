/**
 * Folders that systems, NAS devices and programs put beside people's pictures: thumbnails, trash, what a disk check saved. Copies
 * in them would lie on both sides of a split. In small letters; names that begin with a dot are passed over anyway.
 */
const HELPER_FOLDERS = new Set([
  // Synology, QNAP, Western Digital, Buffalo
  ...['@eadir', '#recycle', '#snapshot', '@recycle', '@recycle_bin', '@recently-snapshot', '@tmp', '@transcode'],
  ...['@__thumb', 'trashbox', '~snapshot', '.@__thumb'],
  // Windows, macOS, Linux
  ...['$recycle.bin', 'recycler', 'recycled', 'system volume information', 'found.000', '__macosx', 'lost+found'],
  ...['network trash folder', 'temporary items', 'thevolumesettingsfolder', 'lost.dir'],
  // programs
  ...['thumbnails', 'thumbs', '__pycache__', '_vti_cnf', 'ipod photo cache'],
]);

/** Whether a folder holds no pictures of the person's, whatever lies in it. */
export const isHelperFolder = (name: string): boolean =>
  HELPER_FOLDERS.has(name.toLowerCase()) || /\.lrdata$/i.test(name);
