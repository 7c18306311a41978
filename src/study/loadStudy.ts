import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { shown, UserError } from '../core/errors';
import { readJson } from '../core/readBounded';
import { checkShape, count, label, listOf, object, optional, recordOf, type Shape, text } from '../core/shape';
import type { Axes } from './axes';
import type { AxisValue, Label } from './axisValue';
import { monitorOf, type StudyConfiguration } from './configuration';
import type { AxisRange } from './range';
import { id } from './readRecord';
import { RunStore } from './records';
import { resultOf, type StudyResult } from './result';
import type { RunRecord } from './runRecord';

/** The content of study.json: the configuration and the planned runs, so that the study can be read without its pictures. */
export interface StudyFile {
  configuration: StudyConfiguration;
  dataFingerprint: string;
  /** the labels of each configuration, the baseline first */
  configurations: Record<string, Label>[];
  /** the planned runs */
  tasks: { id: string; hash: string; axes: Record<string, Label>; seed: number }[];
  /** number of configurations that the design tpe has not chosen yet; early versions wrote none */
  toChoose?: number;
}

export const STUDY_FILE = 'study.json';

/** Whether a folder holds a study. */
export function isStudy(folder: string): boolean {
  return existsSync(join(folder, STUDY_FILE)) && existsSync(join(folder, 'runs'));
}

/** The most bytes of a study.json: those of a hundred thousand runs. */
const LARGEST = 64 * 2 ** 20;

/** Checked only roughly, as it is only shown: a study that is resumed uses the configuration it is called with. */
const configuration: Shape<StudyConfiguration> = (value, where) => {
  const found = recordOf((each) => each)(value, where);
  const axes = optional(recordOf(axisValues))(found.axes, `${where}.axes`) as Axes | undefined;
  return { ...found, data: text()(found.data, `${where}.data`), ...(axes && { axes }) };
};

/** A list or a range of values; what is in it is checked where it is used. */
const axisValues: Shape<readonly AxisValue[] | AxisRange> = (value, where) =>
  Array.isArray(value) ? value : (recordOf((each) => each)(value, where) as unknown as AxisRange);

/** Labels by axis; all of them must have the same axes. */
function axes(): Shape<Record<string, Label>> {
  let first: string | undefined;
  return (value, where) => {
    const labels = recordOf(label)(value, where);
    const names = JSON.stringify(Object.keys(labels));
    first ??= names;
    if (names === first) return labels;
    throw new Error(`has the axes ${shown(Object.keys(labels))} in ${where}, but other axes before`);
  };
}

function shape(): Shape<StudyFile> {
  const labels = axes();
  return object<StudyFile>({
    configuration,
    dataFingerprint: text({ longest: 128 }),
    configurations: listOf(labels, { least: 1 }),
    tasks: listOf(object({ id, hash: id, axes: labels, seed: count() })),
    toChoose: optional(count(1e9)),
  });
}

/** Read study.json. @throws {UserError} if the folder is not a study's, or the file cannot be read */
export function readStudyFile(folder: string): StudyFile {
  const file = join(folder, STUDY_FILE);
  if (!existsSync(file)) throw new UserError(`'${folder}' is not a study folder: it has no ${STUDY_FILE}`);
  return checkShape(readJson(file, { largest: LARGEST, root: folder }), shape(), file);
}

/**
 * Read the results of a study from its folder, whether it is complete or not.
 *
 * @param folder the `out` of `study`, or what `tunebook study` wrote
 * @throws {UserError} if the folder is not a study's, or a file in it cannot be read
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const { rows, left } = studies.loadStudy('study');
 * rows.length; // => 2
 * left; // => 0
 * ```
 */
export function loadStudy(folder: string): StudyResult {
  const { configurations, tasks, toChoose = 0, configuration } = readStudyFile(folder);
  const records = new RunStore(resolve(folder)).read();
  const seeds = new Set(tasks.map(({ seed }) => seed)).size;
  const left = runsLeft(tasks, records) + toChoose * seeds;
  const { axes = {} } = configuration;
  const plan = { configurations, tasks, axes, monitor: monitorOf(configuration) };
  return resultOf(resolve(folder), plan, records, left);
}

/** Number of planned runs that have not ended; those of a configuration with a pruned run are not planned any more. */
function runsLeft(tasks: StudyFile['tasks'], records: ReadonlyMap<string, RunRecord>): number {
  const pruned = new Set(
    tasks.filter(({ hash }) => records.get(hash)?.state === 'pruned').map(({ axes }) => JSON.stringify(axes)),
  );
  const left = tasks.filter(({ hash, axes }) => !records.has(hash) && !pruned.has(JSON.stringify(axes)));
  return new Set(left.map(({ hash }) => hash)).size;
}
