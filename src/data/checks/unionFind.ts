/** Disjoint sets of the numbers 0 to count - 1 that can be joined (Galler, Fischer 1964; halving of paths: Tarjan 1983). */
export class UnionFind {
  private readonly parent: Int32Array;

  constructor(readonly count: number) {
    this.parent = Int32Array.from({ length: count }, (_, i) => i);
  }

  /** The number that stands for the whole set of `i`, until the set is joined with another. */
  rootOf(i: number): number {
    let root = i;
    while (this.parent[root] !== root) {
      this.parent[root] = this.parent[this.parent[root]!]!;
      root = this.parent[root]!;
    }
    return root;
  }

  join(a: number, b: number): void {
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    // the smaller number stands for both: sets come out in the order of their first members
    this.parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /** All sets, each sorted, in order of their first members. */
  sets(): number[][] {
    const byRoot = new Map<number, number[]>();
    for (let i = 0; i < this.parent.length; i++) {
      const root = this.rootOf(i);
      const members = byRoot.get(root);
      if (members) members.push(i);
      else byRoot.set(root, [i]);
    }
    return [...byRoot.values()];
  }
}
