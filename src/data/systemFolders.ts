/**
 * Folders that operating systems, NAS devices and programs create next to pictures: thumbnails, trash, files recovered by a disk
 * check. Copies in them could end up in both training and validation. In lower case; hidden folders are ignored anyway.
 */
const SYSTEM_FOLDERS = new Set([
  // Synology, QNAP, Western Digital, Buffalo
  ...['@eadir', '#recycle', '#snapshot', '@recycle', '@recycle_bin', '@recently-snapshot', '@tmp', '@transcode'],
  ...['@__thumb', 'trashbox', '~snapshot', '.@__thumb'],
  // Windows, macOS, Linux
  ...['$recycle.bin', 'recycler', 'recycled', 'system volume information', 'found.000', '__macosx', 'lost+found'],
  ...['network trash folder', 'temporary items', 'thevolumesettingsfolder', 'lost.dir'],
  // programs
  ...['thumbnails', 'thumbs', '__pycache__', '_vti_cnf', 'ipod photo cache'],
]);

/** Whether a folder was created by a system or program, so that its pictures are ignored. */
export const isSystemFolder = (name: string): boolean =>
  SYSTEM_FOLDERS.has(name.toLowerCase()) || /\.lrdata$/i.test(name);
