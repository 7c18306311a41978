import { writeArchive } from './archive.mjs';
import { copyTfjsNode } from './copy-tfjs-node.mjs';
import { writeDrawings } from './drawings.mjs';
import { leaveOutTypes } from './needed-types.mjs';
import { writeSharp } from './sharp.mjs';

/** Make what only the package has, except for the bindings: `files` in package.json names it, so that npm packs it. */
export async function prepare() {
  copyTfjsNode();
  writeDrawings();
  writeSharp();
  leaveOutTypes();
  await writeArchive();
}
