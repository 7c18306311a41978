import { shown } from '../../core/errors';
import { ALIVE, type Found, type Present, type StudyEntry, type WorkerEntry } from './presence';
import { inWords, type Release, releaseName } from './release';

/** The most machines that are named in a message. */
const NAMED = 5;

/**
 * A message about workers that are missing, or cannot take the runs of a study.
 *
 * @param study the study
 * @param workers all that have been seen at the queue
 * @param queue address of the queue, without a password
 * @param isAlone whether no worker has executed a run of the study for a while
 * @returns undefined if nothing is missing
 */
export function missingWorkersMessage(
  study: StudyEntry,
  workers: readonly Present<WorkerEntry>[],
  queue: string,
  isAlone: boolean,
): string | undefined {
  const present = workers.filter(({ seconds }) => seconds < ALIVE);
  const others = present.filter(({ release }) => releaseName(release) !== releaseName(study.release));
  const own = present.filter((worker) => !others.includes(worker));
  if (!isAlone) return others.length > 0 ? otherVersions(study.release, others) : undefined;
  if (present.length === 0) {
    return `no worker is connected to the queue at ${queue}: start \`tunebook worker\` with the same --queue`;
  }
  if (own.length === 0) return `${otherVersions(study.release, others)}: start one of the study's version`;
  const without = own.filter(({ pictures }) => pictures[study.dataFingerprint] !== 'here');
  if (without.length < own.length) return undefined; // the workers with the pictures are busy with another study
  const reasons = without.map(
    ({ host, pictures }) => `${host}: ${words[pictures[study.dataFingerprint] as Found] ?? 'has not looked yet'}`,
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

function otherVersions(release: Release, others: readonly WorkerEntry[]): string {
  const names = others.map(({ host, release: theirs }) => `${host}: ${inWords(theirs, release)}`);
  return (
    `workers of another version of tunebook get no runs, as their results may differ ` +
    `(${listed(names)}; the study's: ${inWords(release, others[0]!.release)})`
  );
}

function listed(names: readonly string[]): string {
  const unique = [...new Set(names)].sort();
  return [...unique.slice(0, NAMED), ...(unique.length > NAMED ? [`${unique.length - NAMED} more`] : [])].join(', ');
}
