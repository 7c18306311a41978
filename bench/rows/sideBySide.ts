import { messageOf } from '../../src/core/errors';
import { interleave, median } from '../measure';
import type { Peer, Prepared, Work } from '../peer';
import { type PeerName, peerTitles, startPeer } from '../peers';
import type { Measurement, Settings } from '../row';

/**
 * Let several frameworks do the same work in turn, each in its own process.
 *
 * @param works the work of each framework; all use the same network
 */
export async function sideBySide(
  works: ReadonlyMap<PeerName, Work>,
  { rounds, seconds, onProgress }: Pick<Settings, 'rounds' | 'seconds' | 'onProgress'>,
): Promise<Measurement> {
  const measurement: Measurement = { values: {}, memory: {}, versions: {}, notes: [] };
  const fail = (name: PeerName, error: unknown) =>
    measurement.notes.push(`${peerTitles[name]}: ${messageOf(error).slice(0, 200)}`);
  const peers = new Map<PeerName, Peer>();
  const parameters = new Map<PeerName, number>();
  try {
    const prepare = async (name: PeerName, work: Work): Promise<void> => {
      onProgress(`${peerTitles[name]} prepares`);
      let peer: Peer | undefined;
      try {
        peer = startPeer(name);
        const prepared = await peer.prepare(work);
        if (prepared.parameters) parameters.set(name, prepared.parameters);
        if (prepared.version) measurement.versions![name] = prepared.version;
        if (name === 'tunebook') noteOwn(measurement, work, prepared);
        peers.set(name, peer);
      } catch (error) {
        peer?.end();
        fail(name, error);
      }
    };
    // tunebook alone, as it may measure which engine is the fastest; of the others two at a time, as most of them compile in one thread
    const [first, ...others] = works;
    await prepare(...first!);
    // nothing to compare: such as a step in bfloat16 on a processor that is not faster in it, which takes minutes
    if (first![0] === 'tunebook' && !peers.has('tunebook')) return measurement;
    const waiting = others.values();
    const prepareRest = async () => {
      for (const [name, work] of waiting) await prepare(name, work);
    };
    await Promise.all([prepareRest(), prepareRest()]);
    if (new Set(parameters.values()).size > 1) {
      const counts = [...parameters].map(([name, count]) => `${peerTitles[name]} ${count}`).join(', ');
      measurement.notes.push(`the networks differ in parameters: ${counts}`);
    }
    onProgress('running in turn');
    const inOrder = new Map([...works.keys()].flatMap((name) => (peers.has(name) ? [[name, peers.get(name)!]] : [])));
    const times = await interleave(inOrder, { rounds, seconds }, fail);
    for (const [name, own] of times) {
      measurement.values[name] = median(own);
      measurement.rounds = own.length;
      measurement.memory![name] = await peers.get(name)!.peakMemory();
    }
  } finally {
    for (const peer of peers.values()) peer.end();
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
