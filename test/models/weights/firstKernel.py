"""The oracle for first kernels of other channels: timm's own `adapt_input_conv`, on kernels by a formula.

    python test/models/weights/firstKernel.py > test/models/weights/firstKernel.json

Writes the kernel [filters, channels, height, width] that a network gets for each number of channels, as [[channels, values], ...].
Needs torch and timm 1.0.31 from PyPI: they are not installed for tests.
"""

import json

import torch
from timm.models._manipulate import adapt_input_conv

SHAPE = (4, 3, 3, 2)
values = torch.sin(torch.arange(4 * 3 * 3 * 2, dtype=torch.float64)).to(torch.float32).reshape(SHAPE)
adapted = {channels: adapt_input_conv(channels, values.clone()) for channels in (1, 2, 3, 4, 5, 6, 12, 13, 64)}
print(json.dumps({str(channels): [float(f"{value:.8g}") for value in kernel.flatten()] for channels, kernel in adapted.items()}))
