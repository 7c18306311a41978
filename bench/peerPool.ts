import type { Peer } from './peer';
import { type PeerName, startPeer } from './peers';

/** Processes that stay from row to row of one group, as those of one network: frameworks take seconds to start. */
export class PeerPool {
  private readonly peers = new Map<string, Peer>();
  private group: string | undefined;

  /** End all processes, if they are of another group. */
  enter(group: string): void {
    if (this.group !== group) this.end();
    this.group = group;
  }

  /** The process with this key, which is started if there is none. @returns whether it is new, too */
  take(key: string, framework: PeerName): { peer: Peer; isNew: boolean } {
    const known = this.peers.get(key);
    if (known) return { peer: known, isNew: false };
    const peer = startPeer(framework);
    this.peers.set(key, peer);
    return { peer, isNew: true };
  }

  /** End a process that failed. */
  drop(key: string): void {
    this.peers.get(key)?.end();
    this.peers.delete(key);
  }

  end(): void {
    for (const key of [...this.peers.keys()]) this.drop(key);
  }
}
