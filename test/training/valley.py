"""The oracle for the learning-rate finder's suggestions: fastai's `valley` and `steep` for made-up curves.

    python test/training/valley.py > test/training/valley.json

The two functions are those of fastai 2.7 (callback/schedule.py, Apache-2.0), with NumPy instead of torch.
"""

import json
import math
import sys

import numpy as np


def valley(lrs, losses):
    n = len(losses)
    max_start, max_end = 0, 0
    lds = [1] * n
    for i in range(1, n):
        for j in range(0, i):
            if (losses[i] < losses[j]) and (lds[i] < lds[j] + 1):
                lds[i] = lds[j] + 1
            if lds[max_end] < lds[i]:
                max_end = i
                max_start = max_end - lds[max_end]
    sections = (max_end - max_start) / 3
    idx = max_start + int(sections) + int(sections / 2)
    return float(lrs[idx])


def steep(lrs, losses):
    grads = (losses[1:] - losses[:-1]) / (np.log(lrs[1:]) - np.log(lrs[:-1]))
    return float(lrs[grads.argmin()])


def curve(bottom, wobble):
    lrs = np.array([1e-7 * (1e8) ** (i / 100) for i in range(95)])
    x = np.log10(lrs)
    falling = 2 - 1.2 / (1 + np.exp(-2 * (x - bottom)))
    rising = np.exp(2.5 * (x - bottom - 1.5))
    noise = wobble * np.sin(np.arange(95) * 1.7)
    return lrs, falling + np.minimum(rising, 6) + noise


result = []
for bottom, wobble in [(-3, 0), (-2, 0.01), (-4, 0.05)]:
    lrs, losses = curve(bottom, wobble)
    middle = slice(len(lrs) // 10, -5)
    result.append(
        {
            "rates": lrs.tolist(),
            "losses": losses.tolist(),
            "valley": valley(lrs[middle], losses[middle]),
            "steepest": steep(lrs[middle], losses[middle]),
        }
    )
assert all(math.isfinite(case["valley"]) for case in result)
json.dump(result, sys.stdout)
print()
