import { deepEqual, equal } from 'node:assert/strict';
import { interleave, median } from '../../bench/measure';

/** Work that takes these milliseconds, one after the other, as it says itself. */
class Told {
  readonly asked: number[] = [];

  constructor(private readonly milliseconds: number[]) {}

  async run(times: number): Promise<number> {
    this.asked.push(times);
    return this.milliseconds.length > 1 ? this.milliseconds.shift()! : this.milliseconds[0]!;
  }
}

const rounds = { rounds: [3, 3] as [number, number], seconds: 60 };
const noFailure = (name: string, error: unknown) => {
  throw new Error(`${name}: ${error}`);
};

describe('interleave', () => {
  it('counts no times of the warm-up', async () => {
    const work = new Told([900, 800, 700, 500, 510, 520]);
    const times = await interleave(new Map([['work', work]]), rounds, noFailure);
    deepEqual(times.get('work'), [500, 510, 520]);
  });

  it('repeats short work in its turn, so that its caches are warm', async () => {
    const [short, long] = [new Told([10]), new Told([100])];
    await interleave(new Map(Object.entries({ short, long })), rounds, noFailure);
    deepEqual(short.asked, [1, 5, 5, 5, 5, 5]);
    deepEqual(long.asked, [1, 1, 1, 1, 1, 1]);
  });

  it('does not wait round after round for what takes three times as long as the fastest when it is warm', async () => {
    const [fast, slow] = [new Told([500]), new Told([1600])];
    const [late, startled] = [new Told([1600, 600]), new Told([600, 1600, 1600, 600])];
    const times = await interleave(new Map(Object.entries({ fast, slow, late, startled })), rounds, noFailure);
    equal(slow.asked.length, 3);
    deepEqual(times.get('slow'), [1600]);
    deepEqual(times.get('late'), [600, 600, 600]);
    deepEqual(times.get('startled'), [600, 600, 600]);
    equal(times.get('fast')?.length, 3);
  });

  it('does not warm up again what takes eight times as long', async () => {
    const [fast, slow] = [new Told([500]), new Told([4100])];
    const times = await interleave(new Map(Object.entries({ fast, slow })), rounds, noFailure);
    equal(slow.asked.length, 1);
    deepEqual(times.get('slow'), [4100]);
  });

  it('does not take one slow run of short work for its speed', async () => {
    const [steady, startled] = [new Told([8]), new Told([35, 35, 9])];
    const times = await interleave(new Map(Object.entries({ steady, startled })), rounds, noFailure);
    equal(median(times.get('startled')!), 9);
  });

  it('goes on without what fails', async () => {
    const failed: string[] = [];
    const broken = { run: () => Promise.reject(new Error('broken')) };
    const works = new Map<string, { run(times: number): Promise<number> }>([
      ['broken', broken],
      ['sound', new Told([5])],
    ]);
    const times = await interleave(works, rounds, (name) => failed.push(name));
    deepEqual(failed, ['broken']);
    deepEqual([...times.keys()], ['sound']);
  });
});
