import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { shown, UserError } from '../core/errors';
import { readJson } from '../core/readBounded';
import { checkShape, count, label, listOf, object, recordOf, type Shape, text } from '../core/shape';
import type { Label } from './axes';
import type { StudyConfiguration } from './configuration';
import { id } from './readRecord';
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

/** Bytes of a study.json: a hundred thousand runs. */
const LARGEST = 64 * 2 ** 20;

/** The configuration is only shown. A study that is resumed has one from elsewhere, which is checked as any other. */
const configuration: Shape<StudyConfiguration> = (value, where) => {
  const found = recordOf((each) => each)(value, where);
  return { ...found, data: text()(found.data, `${where}.data`) };
};

/** Labels by axis, of the same axes each time. */
function axes(): Shape<Record<string, Label>> {
  let first: string | undefined;
  return (value, where) => {
    const labels = recordOf(label)(value, where);
    const names = JSON.stringify(Object.keys(labels));
    first ??= names;
    if (names === first) return labels;
    throw new Error(`has the axes ${shown(Object.keys(labels))} as ${where}, and before that others`);
  };
}

/** A study.json. */
function shape(): Shape<StudyFile> {
  const labels = axes();
  return object<StudyFile>({
    configuration,
    dataFingerprint: text({ longest: 128 }),
    configurations: listOf(labels, { least: 1 }),
    tasks: listOf(object({ id, hash: id, axes: labels, seed: count() })),
  });
}

/** @throws {UserError} if the folder holds no study, or one that cannot be read */
export function readStudyFile(folder: string): StudyFile {
  const file = join(folder, STUDY_FILE);
  if (!existsSync(file)) throw new UserError(`'${folder}' is no study: there is no ${STUDY_FILE} in it`);
  return checkShape(readJson(file, { largest: LARGEST, root: folder }), shape(), file);
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
