import { messageOf } from '../../src/core/errors';
import { interleave, median } from '../measure';
import type { Peer, Prepared, Work } from '../peer';
import { PeerPool } from '../peerPool';
import { type PeerName, peerTitles } from '../peers';
import type { Measurement, Settings } from '../row';

/** Work, and the framework that does it. */
export interface Participant {
  framework: PeerName;
  work: Work;
}

/** What was measured of one participant. */
interface Measured {
  prepared?: Prepared;
  /** milliseconds of each counted round */
  times?: number[];
  /** largest resident memory, in bytes, where the process has done nothing else */
  memory?: number;
  /** why there are no times */
  failure?: string;
}

type HowToMeasure = Pick<Settings, 'rounds' | 'seconds' | 'onProgress'> & Partial<Pick<Settings, 'pool'>>;

/**
 * Let several frameworks do the same work in turn, each in its own process.
 *
 * @param works the work of each framework; all use the same network
 */
export async function sideBySide(works: ReadonlyMap<PeerName, Work>, settings: HowToMeasure): Promise<Measurement> {
  const participants = new Map([...works].map(([name, work]) => [name, { framework: name, work }] as const));
  return measurementOf(participants, await inTurn(participants, settings));
}

/**
 * Let participants, of which the first one is tunebook, do their work in turn, each in its own process.
 *
 * @param participants by keys that they keep from row to row
 */
export async function inTurn<K extends string>(
  participants: ReadonlyMap<K, Participant>,
  { rounds, seconds, onProgress, pool: kept }: HowToMeasure,
): Promise<Map<K, Measured>> {
  const pool = kept ?? new PeerPool();
  const measured = new Map<K, Measured>([...participants.keys()].map((key) => [key, {}]));
  const peers = new Map<K, { peer: Peer; isNew: boolean }>();
  const fail = (key: K, error: unknown) => {
    measured.get(key)!.failure = messageOf(error).slice(0, 200);
    pool.drop(key);
    peers.delete(key);
  };
  const prepare = async (key: K, { framework, work }: Participant): Promise<void> => {
    onProgress(`${peerTitles[framework]} prepares`);
    try {
      const taken = pool.take(key, framework);
      measured.get(key)!.prepared = await taken.peer.prepare(work);
      peers.set(key, taken);
    } catch (error) {
      fail(key, error);
    }
  };
  try {
    const rest = new Map(participants);
    const [[own, first]] = [...rest] as [[K, Participant]];
    if (first.work.precision === 'bfloat16') {
      // on a processor that is not faster in it there may be nothing to compare, which would take the others minutes
      await prepare(own, first);
      if (!peers.has(own)) return measured;
      rest.delete(own);
    }
    for (const [key, participant] of rest) {
      if (participant.work.engine !== 'auto') continue;
      await prepare(key, participant); // alone, as it may measure which engine is the fastest
      rest.delete(key);
    }
    // two at a time, as most of them compile in one thread
    const others = rest.entries();
    const prepareRest = async () => {
      for (const [key, participant] of others) await prepare(key, participant);
    };
    await Promise.all([prepareRest(), prepareRest()]);
    onProgress('running in turn');
    const inOrder = new Map(
      [...participants.keys()].flatMap((key) => (peers.has(key) ? [[key, peers.get(key)!.peer]] : [])),
    );
    const times = await interleave(inOrder, { rounds, seconds }, fail);
    for (const [key, counted] of times) {
      const { peer, isNew } = peers.get(key)!;
      Object.assign(measured.get(key)!, { times: counted, ...(isNew && { memory: await peer.peakMemory() }) });
    }
  } finally {
    if (!kept) pool.end();
  }
  return measured;
}

/** A row of the table, of some participants: one for each framework. */
export function measurementOf<K extends string>(
  participants: ReadonlyMap<K, Participant>,
  measured: ReadonlyMap<K, Measured>,
): Measurement {
  const measurement: Measurement = { values: {}, memory: {}, versions: {}, notes: [] };
  const parameters = new Map<PeerName, number>();
  for (const [key, { framework, work }] of participants) {
    const { prepared, times, memory, failure } = measured.get(key)!;
    if (failure !== undefined) measurement.notes.push(`${peerTitles[framework]}: ${failure}`);
    if (prepared?.parameters) parameters.set(framework, prepared.parameters);
    if (prepared?.version) measurement.versions![framework] = prepared.version;
    if (prepared && framework === 'tunebook') noteOwn(measurement, work, prepared);
    if (memory !== undefined) measurement.memory![framework] = memory;
    if (!times) continue;
    measurement.values[framework] = median(times);
    measurement.rounds = Math.max(measurement.rounds ?? 0, times.length);
  }
  if (new Set(parameters.values()).size > 1) {
    const counts = [...parameters].map(([name, count]) => `${peerTitles[name]} ${count}`).join(', ');
    measurement.notes.push(`the networks differ in parameters: ${counts}`);
  }
  return measurement;
}

function noteOwn(measurement: Measurement, work: Work, prepared: Prepared): void {
  const { flops, cosine, precision = work.precision } = prepared;
  Object.assign(measurement, { flops, cosine, precision });
  if (precision !== work.precision && work.precision)
    measurement.notes.push(`tunebook computes in ${precision}, the others in ${work.precision}`);
  if (work.engine) measurement.notes.push(`tunebook computes with ${prepared.engine}`);
}
