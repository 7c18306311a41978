"""Writes comparison_fixture.json: SciPy's exact tests and adjusted p values for test/metrics/slices.test.ts.

Run with SciPy 1.11 or newer: python test/metrics/comparison_fixture.py, then format the JSON: npm run fix
"""

import json
import pathlib

import numpy
from scipy.stats import false_discovery_control, fisher_exact

random = numpy.random.default_rng(5)


def table(right, total, other_right, other_total):
    p = fisher_exact([[right, total - right], [other_right, other_total - other_right]]).pvalue
    return {"table": [right, total, other_right, other_total], "p": float(p)}


tables = [
    table(*counts)
    for counts in [(1, 10, 9, 10), (0, 5, 90, 100), (5, 5, 90, 100), (3, 3, 7, 7), (0, 4, 0, 9), (10, 20, 10, 20)]
]
for _ in range(40):
    total, other_total = (int(n) for n in random.integers(1, 300, 2))
    right, other_right = (int(random.integers(0, n + 1)) for n in (total, other_total))
    tables.append(table(right, total, other_right, other_total))
tables.append(table(19_000, 20_000, 75_500, 80_000))

lists = []
for size in [1, 2, 7, 30]:
    p = numpy.round(random.uniform(size=size) ** 2, 3)  # some ties
    lists.append({"p": p.tolist(), "adjusted": false_discovery_control(p, method="bh").tolist()})

target = pathlib.Path(__file__).with_name("comparison_fixture.json")
target.write_text(json.dumps({"tables": tables, "lists": lists}) + "\n")
