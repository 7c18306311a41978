import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../core/errors';
import type { Label } from './axes';
import type { StudyConfiguration } from './configuration';
import { RunStore } from './records';
import { resultOf, type StudyResult } from './result';

/** What study.json holds: the study and its plan, so that the folder can be read without the pictures. */
export interface StudyFile {
  configuration: StudyConfiguration;
  dataFingerprint: string;
  /** the labels of each configuration, the baseline first */
  configurations: Record<string, Label>[];
  /** the planned runs */
  tasks: { id: string; hash: string; axes: Record<string, Label>; seed: number }[];
}

export const STUDY_FILE = 'study.json';

/** Whether a folder holds a study. */
export function isStudy(folder: string): boolean {
  return existsSync(join(folder, STUDY_FILE)) && existsSync(join(folder, 'runs'));
}

/** @throws {UserError} if the folder holds no study, or one that cannot be read */
export function readStudyFile(folder: string): StudyFile {
  const file = join(folder, STUDY_FILE);
  if (!existsSync(file)) throw new UserError(`'${folder}' is no study: there is no ${STUDY_FILE} in it`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StudyFile;
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/**
 * The results of a study that lies in a folder, whether it is complete or not.
 *
 * @throws {UserError} if the folder holds no study
 */
export function loadStudy(folder: string): StudyResult {
  const { configurations, tasks } = readStudyFile(folder);
  const records = new RunStore(resolve(folder)).read();
  const left = new Set(tasks.map(({ hash }) => hash).filter((hash) => !records.has(hash))).size;
  return resultOf(resolve(folder), { configurations, tasks }, records, left);
}
