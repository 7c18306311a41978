"""Writes wholeModel.json: a small model as `torch.save(model, FILE)` writes it, in both formats, and its state dictionary.

    python test/models/weights/wholeModel.py > test/models/weights/wholeModel.json

Needs torch 2.15 from PyPI. The class has a name of torchxrayvision, whose published files are such models.
"""

import base64
import io
import json
import sys
import types

import torch

library = types.ModuleType("torchxrayvision")
library.models = types.ModuleType("torchxrayvision.models")
sys.modules.update({"torchxrayvision": library, "torchxrayvision.models": library.models})


class DenseNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.pathologies = ["Effusion", "Mass"]
        self.op_threshs = torch.tensor([0.25, 0.5])
        self.features = torch.nn.Sequential()
        self.features.add_module("conv0", torch.nn.Conv2d(1, 2, 3, bias=False))
        self.features.add_module("norm0", torch.nn.BatchNorm2d(2))
        self.classifier = torch.nn.Linear(2, 2)


DenseNet.__module__ = "torchxrayvision.models"
library.models.DenseNet = DenseNet
torch.manual_seed(0)
model = DenseNet()
files = {}
for name, zipped in [("zipped", True), ("legacy", False)]:
    buffer = io.BytesIO()
    torch.save(model, buffer, _use_new_zipfile_serialization=zipped)
    files[name] = base64.b64encode(buffer.getvalue()).decode()
state = {key: value.flatten().tolist() for key, value in model.state_dict().items()}
json.dump({**files, "state": state}, sys.stdout)
print()
