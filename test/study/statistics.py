"""Writes statistics.json: the numbers of SciPy that the tests of src/study/statistics compare with.

Run with SciPy 1.11 or later: python test/study/statistics.py, then format the JSON: npm run fix
"""

import json
import pathlib

import numpy
from scipy import stats

random = numpy.random.default_rng(11)


def holm(p):
    """Holm 1979 from its definition: reject the k-th smallest p as long as it is below level / (m - k + 1)."""
    order = numpy.argsort(p)
    steps = [(len(p) - rank) * p[i] for rank, i in enumerate(order)]
    adjusted = numpy.empty(len(p))
    adjusted[order] = numpy.minimum(1, numpy.maximum.accumulate(steps))
    return adjusted.tolist()


def exact_pairs(mean, sd, level, power):
    """Smallest n for the paired t test, from the noncentral t distribution."""
    for n in range(2, 1001):
        critical = stats.t.ppf(1 - level / 2, n - 1)
        shift = abs(mean) / sd * numpy.sqrt(n)
        if stats.nct.sf(critical, n - 1, shift) + stats.nct.cdf(-critical, n - 1, shift) >= power:
            return n
    return None


summaries = []
for n in [2, 3, 5, 12, 40]:
    values = random.normal(0.8, 0.02, n)
    low, high = stats.t.interval(0.95, n - 1, values.mean(), stats.sem(values))
    resampled = stats.bootstrap((values,), numpy.mean, method="percentile", n_resamples=200000, random_state=1)
    summaries.append(
        {
            "values": values.tolist(),
            "mean": values.mean(),
            "sd": values.std(ddof=1),
            "low": low,
            "high": high,
            "bootstrap": list(resampled.confidence_interval) if n > 2 else None,
        }
    )

tails = [
    {"t": t, "df": df, "p": 2 * stats.t.sf(t, df)}
    for df in [1, 2, 4, 9, 24, 199]
    for t in [0.0, 0.3, 1.0, 2.0, 4.5, 12.0, 60.0]
]
quantiles = [{"p": p, "df": df, "t": stats.t.isf(p / 2, df)} for df in [1, 2, 4, 9, 24, 999] for p in [0.5, 0.05, 1e-3]]

pairs = []
for n in [3, 5, 10]:
    for shift in [0.0, 0.02, 0.05]:
        baseline = random.normal(0.8, 0.02, n)
        variant = baseline + random.normal(shift, 0.01, n)
        pairs.append({"differences": (variant - baseline).tolist(), "p": stats.ttest_rel(variant, baseline).pvalue})

needed = [
    {"mean": mean, "sd": sd, "level": level, "n": exact_pairs(mean, sd, level, 0.8)}
    for mean, sd, level in [
        (0.01, 0.01, 0.05),
        (0.02, 0.01, 0.05),
        (0.005, 0.01, 0.05),
        (-0.003, 0.01, 0.01),
        (0.001, 0.01, 0.05),
        (0.0001, 0.01, 0.05),
    ]
]

fixture = {
    "summaries": summaries,
    "tails": tails,
    "quantiles": quantiles,
    "pairs": pairs,
    "holm": {"p": [pair["p"] for pair in pairs], "adjusted": holm(numpy.array([pair["p"] for pair in pairs]))},
    "needed": needed,
}
pathlib.Path(__file__).with_name("statistics.json").write_text(json.dumps(fixture))
