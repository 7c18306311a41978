import { cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { yamlString } from '../core/escape/json';
import { printableLine } from '../core/escape/printable';
import { sha256, temporaryBeside, writeFileAtomically } from '../core/files';
import { readJson } from '../core/readBounded';
import { checkId, pathBelow } from '../core/safePath';
import { checkShape, object, optional, recordOf } from '../core/shape';
import type { Monitor } from '../metrics/measures';
import type { StudyResult } from './result';
import { curveOf, type RunRecord } from './runRecord';
import { withAxes } from './table';

/** MLflow's codes for the status of a run. */
const FINISHED = 3;
const FAILED = 4;
const KILLED = 5;

/**
 * Write the runs of a study into a file store of MLflow, as one experiment, so that `mlflow ui --backend-store-uri DIR` shows
 * them (MLflow 3 needs MLFLOW_ALLOW_FILE_STORE=true for it; its `mlflow migrate-filestore` moves them into a database). Runs
 * that are already there stay as they are; other experiments are not touched.
 *
 * Layout: DIR/EXPERIMENT/RUN with meta.yaml, params/ (a file for each setting), metrics/ (lines of time, value, step), tags/ and
 * artifacts/ (the run folder).
 *
 * Each run has the tag `monitor`: the metric that the study goes by, among `accuracy`, `loss`, `macroF1` and `auc`.
 *
 * @param study what `study` or `studies.loadStudy` returned
 * @param store folder of the file store; it is made if it does not exist
 *
 * @example
 * ```ts
 * import { readdirSync } from 'node:fs';
 * import { studies } from 'tunebook';
 * studies.writeMlflow(studies.loadStudy('study'), 'mlruns');
 * readdirSync('mlruns').length; // => 1
 * ```
 */
export function writeMlflow(
  {
    folder,
    records,
    monitor = 'accuracy',
  }: Pick<StudyResult, 'folder' | 'records'> & Partial<Pick<StudyResult, 'monitor'>>,
  store: string,
): void {
  const experiment = String(Number.parseInt(sha256(resolve(folder)).slice(0, 12), 16));
  const root = join(resolve(store), experiment);
  mkdirSync(root, { recursive: true });
  const now = Date.now();
  if (!existsSync(join(root, 'meta.yaml'))) {
    writeFileAtomically(
      join(root, 'meta.yaml'),
      yaml({
        artifact_location: url(root),
        creation_time: now,
        experiment_id: experiment,
        last_update_time: now,
        lifecycle_stage: 'active',
        name: basename(folder),
      }),
    );
  }
  for (const record of records) {
    writeRun(record, pathBelow(join(folder, 'runs'), checkId(record.id, 'a run')), { root, experiment, monitor });
  }
}

function writeRun(
  record: RunRecord,
  source: string,
  { root, experiment, monitor }: { root: string; experiment: string; monitor: Monitor },
): void {
  const id = sha256(`${experiment} ${record.hash}`).slice(0, 32);
  const folder = join(root, id);
  if (existsSync(folder)) return;
  const temporary = temporaryBeside(folder);
  for (const kind of ['params', 'metrics', 'tags', 'artifacts']) mkdirSync(join(temporary, kind), { recursive: true });
  const write: Write = (kind, name, text) => writeFileSync(join(temporary, kind, name), text);
  write('.', 'meta.yaml', runMeta(record, { id, experiment, artifacts: url(join(folder, 'artifacts')) }));
  writeParameters(record, settingsIn(source), write);
  writeMetrics(record, write);
  write('tags', 'mlflow.runName', record.id);
  write('tags', 'mlflow.source.name', 'tunebook');
  write('tags', 'monitor', monitor);
  if (record.error !== null) write('tags', 'error', record.error);
  if (existsSync(source)) cpSync(source, join(temporary, 'artifacts'), { recursive: true, filter: isPlain });
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Writes a file into a folder of the run. */
type Write = (kind: string, name: string, text: string) => void;

function runMeta(
  record: RunRecord,
  { id, experiment, artifacts }: { id: string; experiment: string; artifacts: string },
): string {
  return yaml({
    artifact_uri: artifacts,
    end_time: Date.parse(record.ended),
    entry_point_name: '',
    experiment_id: experiment,
    lifecycle_stage: 'active',
    run_id: id,
    run_name: record.id,
    run_uuid: id,
    source_name: '',
    source_type: 4,
    source_version: '',
    start_time: Date.parse(record.started),
    status: { done: FINISHED, failed: FAILED, pruned: KILLED }[record.state],
    tags: [],
    user_id: userInfo().username,
  });
}

function settingsIn(source: string): Record<string, unknown> {
  const config = join(source, 'config.json');
  if (!existsSync(config)) return {};
  return checkShape(readJson(config, { root: source }), ofConfiguration, config).settings ?? {};
}

function writeParameters(record: RunRecord, settings: Record<string, unknown>, write: Write): void {
  const taken = new Set<string>();
  const other = Object.entries(settings).filter(([name]) => !Object.hasOwn(record.axes, name) && name !== 'seed');
  for (const [name, value] of [...Object.entries(withAxes(record.axes, { seed: record.seed })), ...other]) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    write('params', nameIn(taken, name), printableLine(text)); // MLflow reads one line only
  }
}

function writeMetrics(record: RunRecord, write: Write): void {
  const [started, ended] = [Date.parse(record.started), Date.parse(record.ended)];
  const metric = (name: string, lines: [time: number, value: number, step: number][]) => {
    const known = lines.filter(([, value]) => Number.isFinite(value));
    if (known.length > 0) write('metrics', name, known.map((line) => `${line.join(' ')}\n`).join(''));
  };
  const { low = null, high = null } = record.interval ?? {};
  const all = { ...record, accuracyLow: low, accuracyHigh: high };
  for (const name of METRICS) {
    const value = all[name];
    if (value !== null) metric(name, [[ended, value, 0]]);
  }
  // the times at which epochs ended are not recorded, so they are spread evenly
  const time = (i: number) => Math.round(started + ((ended - started) * (i + 1)) / record.curve.length);
  for (const [name, title] of Object.entries(CURVES)) {
    const curve = curveOf(record, name as Monitor);
    metric(
      title,
      curve.map((value, i) => [time(i), value, i + 1]),
    );
  }
}

/** The numbers of a run that become metrics, and the names of its curves. */
const METRICS = [
  ...(['accuracy', 'accuracyLow', 'accuracyHigh', 'mostFrequent', 'loss', 'macroF1', 'auc'] as const),
  ...(['seconds', 'trainedParameters', 'memory'] as const),
] as const;
const CURVES: Record<Monitor, string> = {
  accuracy: 'validationAccuracy',
  loss: 'validationLoss',
  macroF1: 'validationMacroF1',
  auc: 'validationAuc',
};

/** The part of a run's config.json that is written. */
const ofConfiguration = object({ settings: optional(recordOf<unknown>((value) => value)) });

/** A valid and unused name of a parameter, which is also the name of its file; an axis may be called anything. */
function nameIn(taken: Set<string>, name: string): string {
  let allowed = name.replace(/[^A-Za-z0-9_. -]/g, '_').slice(0, 200);
  if (/^\.*$/.test(allowed)) allowed = `_${allowed.replaceAll('.', '_')}`;
  for (let n = 2; taken.has(allowed.toLowerCase()); n++) allowed = `${allowed.replace(/_\d+$/, '')}_${n}`;
  taken.add(allowed.toLowerCase()); // some file systems ignore case
  return allowed;
}

/** Whether a path is a file or folder; links, which may lead out of the run folder, are not copied. */
function isPlain(path: string): boolean {
  const status = lstatSync(path);
  return status.isFile() || status.isDirectory();
}

const url = (folder: string) => pathToFileURL(folder).href;

/** A flat mapping; numbers and lists are written the same way in JSON and YAML. */
function yaml(values: Record<string, string | number | unknown[]>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? yamlString(value) : JSON.stringify(value)}\n`)
    .join('');
}
