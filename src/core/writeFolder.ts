import { rmSync } from 'node:fs';
import { moveIntoPlace, temporaryFor } from './files';

/** Folders that are being filled. */
const unfinished = new Set<string>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Write a folder that appears under its name only when all of it has been written: a temporary folder is filled, and then moved. On an
 * error, and when a signal such as Ctrl+C ends the process, the temporary folder is removed.
 *
 * @param folder does not exist, or is an empty folder
 * @param fill writes into the temporary folder
 * @returns what `fill` returns
 */
export async function writeFolder<T>(folder: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = begin(folder);
  try {
    const result = await fill(temporary);
    moveIntoPlace(temporary, folder);
    return result;
  } catch (error) {
    remove(temporary);
    throw error;
  } finally {
    end(temporary);
  }
}

/**
 * {@link writeFolder} for a function that returns no promise. A signal ends the process when the folder has been written, or has been removed
 * after an error.
 */
export function writeFolderSync<T>(folder: string, fill: (temporary: string) => T): T {
  const temporary = begin(folder);
  try {
    const result = fill(temporary);
    moveIntoPlace(temporary, folder);
    return result;
  } catch (error) {
    remove(temporary);
    throw error;
  } finally {
    // Node tells of signals when this function has returned
    setImmediate(end, temporary);
  }
}

/** A temporary folder that a signal removes. */
function begin(folder: string): string {
  const temporary = temporaryFor(folder);
  if (unfinished.size === 0) listen();
  unfinished.add(temporary);
  return temporary;
}

function end(temporary: string): void {
  unfinished.delete(temporary);
  if (unfinished.size === 0) unlisten();
}

const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

const removeAll = () => unfinished.forEach(remove);

/** Ends the process as it would end without a listener, unless somebody else listens, who then decides. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  unlisten();
  process.kill(process.pid, signal);
}

function listen(): void {
  process.on('exit', removeAll);
  for (const signal of signals) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off('exit', removeAll);
  for (const signal of signals) process.off(signal, onSignal);
}
