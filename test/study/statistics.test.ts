import assert from 'node:assert/strict';
import { Random } from '../../src/core/random';
import { twoSidedP, twoSidedT } from '../../src/metrics/studentT';
import { bootstrapInterval, holm, judgeDifferences, pairsNeeded, summarize } from '../../src/study/statistics';
import fixture from './statistics.json';

function close(actual: number | null | undefined, expected: number, tolerance: number, what = ''): void {
  assert.ok(Math.abs(actual! - expected) <= tolerance, `${what} ${actual} is not ${expected}`);
}

describe("a study's statistics", () => {
  it('agree with SciPy on tails and quantiles of Student’s t', () => {
    for (const { t, df, p } of fixture.tails) close(twoSidedP(t, df), p, 1e-12 + 1e-10 * p, `p of ${t}, ${df}:`);
    for (const { t, df, p } of fixture.quantiles) close(twoSidedT(p, df), t, 1e-9 * t, `t of ${p}, ${df}:`);
  });

  it('agree with SciPy on means, deviations and intervals, by t and by bootstrap', () => {
    for (const { values, mean, sd, low, high, bootstrap } of fixture.summaries) {
      const summary = summarize(values)!;
      close(summary.mean, mean, 1e-12);
      close(summary.sd, sd, 1e-12);
      close(summary.low, low, 1e-9);
      close(summary.high, high, 1e-9);
      if (!bootstrap) continue;
      const resampled = bootstrapInterval(values);
      close(resampled.low, bootstrap[0]!, 0.03 * (high - low));
      close(resampled.high, bootstrap[1]!, 0.03 * (high - low));
    }
  });

  it('agree with SciPy on paired t tests, and with Holm on several of them', () => {
    fixture.pairs.forEach(({ differences, p }) => {
      close(judgeDifferences([differences])[0]!.p, p, 1e-10);
    });
    const all = judgeDifferences(fixture.pairs.map(({ differences }) => differences));
    all.forEach(({ adjusted }, i) => {
      close(adjusted, fixture.holm.adjusted[i]!, 1e-9);
    });
    assert.deepEqual(holm([0.04, null, 0.01]), [0.04, null, 0.02]);
  });

  it('ask for about as many seeds as the noncentral t distribution says', () => {
    for (const { mean, sd, level, n } of fixture.needed) {
      const needed = pairsNeeded(mean, sd, level);
      if (n === null) assert.equal(needed, Infinity);
      else assert.ok(Math.abs(needed - n) <= 2, `${needed} and exactly ${n}`);
    }
  });

  it('have an interval with a width where two seeds agree, as an accuracy is known to one picture only', () => {
    const { sd, low, high } = summarize([0.9, 0.9], 0.95, 1 / 50)!;
    assert.equal(sd, 0);
    const margin = (twoSidedT(0.05, 1) * 0.02) / Math.sqrt(12) / Math.sqrt(2);
    assert.ok(Math.abs(high! - 0.9 - margin) < 1e-12 && Math.abs(0.9 - low! - margin) < 1e-12);
    assert.deepEqual(summarize([0.5, 0.9], 0.95, 1 / 50), summarize([0.5, 0.9]));
  });

  it('have no deviation for a single value, and nothing for no values', () => {
    assert.deepEqual(summarize([0.5]), { n: 1, mean: 0.5, sd: null, low: null, high: null });
    assert.equal(summarize([]), undefined);
    const [none, one] = judgeDifferences([[], [0.1]]);
    assert.equal(none!.verdict, 'cannot tell: no seed in common with the baseline');
    assert.equal(one!.verdict, 'cannot tell with 1 seed; at least 3 are needed');
  });

  it('say better, worse, or how many seeds would be enough', () => {
    const [better, worse, neither, same, never] = judgeDifferences([
      [0.05, 0.06, 0.055],
      [-0.05, -0.06, -0.055],
      [0.03, -0.01, 0.025],
      [0, 0, 0],
      [0.1, -0.1, 0.0001],
    ]);
    assert.equal(better!.verdict, 'better');
    assert.equal(worse!.verdict, 'worse');
    assert.match(neither!.verdict, /^cannot tell with 3 seeds; about \d+ would do$/);
    assert.equal(same!.verdict, 'cannot tell with 3 seeds; no difference in the mean');
    assert.equal(never!.verdict, 'cannot tell with 3 seeds; more than 1000 would be needed');
  });

  it('ask for more where several comparisons are made', () => {
    const clear = [0.02, 0.03, 0.028];
    assert.equal(judgeDifferences([clear])[0]!.verdict, 'better');
    const noise = Array.from({ length: 6 }, (_, i) => [0.01, -0.01, 0.001 * i]);
    assert.match(judgeDifferences([clear, ...noise])[0]!.verdict, /^cannot tell/);
  });

  it('do not claim certainty if coarse values happen to be equal', () => {
    const step = 1 / 150;
    assert.match(judgeDifferences([[step, step, step]], { resolution: step })[0]!.verdict, /^cannot tell/);
    assert.equal(judgeDifferences([[9 * step, 9 * step, 9 * step]], { resolution: step })[0]!.verdict, 'better');
  });

  it('have a bootstrap interval that is too narrow for three seeds, unlike the t interval', () => {
    const random = new Random(5);
    let [student, bootstrap] = [0, 0];
    const studies = 600;
    for (let i = 0; i < studies; i++) {
      const values = [normal(random), normal(random), normal(random)];
      const { low, high } = summarize(values)!;
      if (low! <= 0 && high! >= 0) student++;
      const resampled = bootstrapInterval(values, 0.95, i);
      if (resampled.low <= 0 && resampled.high >= 0) bootstrap++;
    }
    assert.ok(student / studies > 0.93 && student / studies < 0.97, String(student));
    assert.ok(bootstrap / studies < 0.82, String(bootstrap));
  });
});

describe('the null test', () => {
  /** Accuracies of two variants that differ by chance only: for each seed a common part, plus noise for each variant. */
  const noises: Record<string, (random: Random) => number> = {
    'normal noise': (random) => 0.8 + 0.02 * normal(random),
    'counts of 150 pictures': (random) => {
      let right = 0;
      for (let i = 0; i < 150; i++) if (random.uniform() < 0.9) right++;
      return right / 150;
    },
    'hardly any noise on 150 pictures': (random) => Math.round(150 * (0.9 + 0.003 * normal(random))) / 150,
    'heavy tails': (random) => 0.8 + (0.01 * normal(random)) / Math.sqrt(random.uniform()),
  };
  for (const [name, draw] of Object.entries(noises)) {
    for (const seeds of [3, 5]) {
      it(`says "cannot tell" about an axis without effect in 19 of 20 studies: ${name}, ${seeds} seeds`, () => {
        const random = new Random(seeds, name);
        const studies = 300;
        let told = 0;
        for (let i = 0; i < studies; i++) {
          // two dummy values and the baseline
          const baseline = Array.from({ length: seeds }, () => draw(random));
          const differences = [0, 1].map(() => baseline.map((value) => draw(random) - value));
          const resolution = name.includes('150') ? 1 / 150 : 0;
          if (judgeDifferences(differences, { resolution }).some(({ verdict }) => !verdict.startsWith('cannot tell')))
            told++;
        }
        assert.ok(told / studies <= 0.05, `${told} of ${studies} studies named a winner`);
      });
    }
  }
});

/** Box and Muller 1958. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}
