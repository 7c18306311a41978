import { elements } from '../../core/elements';
import { sha256 } from '../../core/files';
import { nodeBackend } from './backend';
import type { KeptVariable } from './graphDef';
import type { ProtobufMessage } from './protobuf';

/** The most sessions that are kept, how large their graph may be, and how many numbers their variables may have. */
const MOST = { sessions: 8, bytes: 2 ** 18, numbers: 2 ** 22 };

/**
 * Sessions of small graphs that nothing uses any more, by their graph. The runs of a study train the same head again and again, and TensorFlow
 * prepares a graph in a twentieth of a second, which is a tenth of such a run. The one that was used last comes last.
 */
const idle = new Map<string, number>();

/** The key of a graph whose session may be used again; undefined for a large one. */
export function keyOf(model: ProtobufMessage, kept: readonly KeptVariable[]): string | undefined {
  const numbers = kept.reduce((sum, { variable }) => sum + elements(variable.shape), 0);
  if (model.length > MOST.bytes || numbers > MOST.numbers) return undefined;
  return sha256(model.toBytes());
}

/** A session of the same graph, whose variables have old values. It is no longer idle. */
export function takeIdle(key: string | undefined): number | undefined {
  if (key === undefined) return undefined;
  const session = idle.get(key);
  idle.delete(key);
  return session;
}

/** Keep a session for the next graph like its own, or close it. */
export function keepOrClose(key: string | undefined, session: number): void {
  if (key === undefined || idle.has(key)) {
    nodeBackend().deleteSavedModel(session);
    return;
  }
  idle.set(key, session);
  const [oldest, its] = idle.entries().next().value!;
  if (idle.size <= MOST.sessions) return;
  idle.delete(oldest);
  nodeBackend().deleteSavedModel(its);
}
