import { shown } from '../../core/errors';
import { ALIVE, type Found, type Present, type StudyEntry, type WorkerEntry } from './presence';
import { inWords, type Release, releaseName } from './release';

/** Machines that are named in a message. */
const NAMED = 5;

/**
 * What a study has to say about who works at its queue.
 *
 * @param study it
 * @param workers all that have been seen there
 * @param queue its address, without a password
 * @param isAlone whether nobody has made a run of it for a while
 * @returns undefined if there is nothing to say
 */
export function helpWanted(
  study: StudyEntry,
  workers: readonly Present<WorkerEntry>[],
  queue: string,
  isAlone: boolean,
): string | undefined {
  const present = workers.filter(({ seconds }) => seconds < ALIVE);
  const others = present.filter(({ release }) => releaseName(release) !== releaseName(study.release));
  const own = present.filter((worker) => !others.includes(worker));
  if (!isAlone) return others.length > 0 ? withoutThem(study.release, others) : undefined;
  if (present.length === 0) {
    return `nobody works at the queue at ${queue}: start \`tunebook worker\` with the same --queue`;
  }
  if (own.length === 0) return `${withoutThem(study.release, others)}: start one of the study's version`;
  const without = own.filter(({ pictures }) => pictures[study.dataFingerprint] !== 'here');
  if (without.length < own.length) return undefined; // they are busy with another study
  const reasons = without.map(
    ({ host, pictures }) => `${host}: ${words[pictures[study.dataFingerprint] as Found] ?? 'has yet to look'}`,
  );
  return (
    `no worker has the pictures in ${shown(study.data, 300)} (${listed(reasons)}): ` +
    'start `tunebook worker --data FOLDER` with the folder that holds them on its machine'
  );
}

const words: Record<Found, string> = {
  outside: 'not below its --data',
  missing: 'not there',
  different: 'other pictures there',
  here: '',
};

function withoutThem(release: Release, others: readonly WorkerEntry[]): string {
  const names = others.map(({ host, release: theirs }) => `${host}: ${inWords(theirs, release)}`);
  return (
    `workers of another version of tunebook get no runs, as they may not compute the same ` +
    `(${listed(names)}; the study's: ${inWords(release, others[0]!.release)})`
  );
}

function listed(names: readonly string[]): string {
  const unique = [...new Set(names)].sort();
  return [...unique.slice(0, NAMED), ...(unique.length > NAMED ? [`${unique.length - NAMED} more`] : [])].join(', ');
}
