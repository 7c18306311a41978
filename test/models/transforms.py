"""What the libraries that published weights make of a picture: the oracle for the preprocessing of each backbone.

    python test/models/transforms.py ENTRIES.json > test/models/transforms.jsonl

ENTRIES.json lists the backbones whose weights are PyTorch's: [{"name", "address"}] (`TUNEBOOK_ENTRIES=FILE mocha
dist/test/models/transforms.test.js` writes it). The transform is the library's own: of torchvision's weights with that address, timm's of
the model's configuration, torchgeo's, torchxrayvision's or birder's. Of the tensor [channels, height, width] that it gives, some values are
kept. Needs torch, torchvision and timm, and without their dependencies torchgeo 0.8.1, torchxrayvision 1.5.7 and birder 0.8.4: they are not
installed for tests.
"""

import importlib.util
import json
import pathlib
import sys

import numpy as np
import torch
import torchvision
from PIL import Image

VALUES = 60


def picture(width, height, channels=3, levels=256):
    """[height, width, channels]: slopes with edges, the same in transforms.test.ts."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return (x * 5 + y * 3 + c * 40 + (x * y) // 16) * (levels // 256) % levels


def source(package, path):
    """A module of a package whose other modules need what is not installed."""
    folder = pathlib.Path(importlib.util.find_spec(package).origin).parent
    return (folder / path).read_text()


def of_torchvision(address):
    from torchvision.models import get_model_weights, list_models

    for name in list_models():
        for weights in get_model_weights(name):
            if weights.url == address:
                return weights.transforms()
    return None


def timm_name(address):
    """timm's name of the model that is published at an address; None if it has none there."""
    import timm

    if address.startswith("hf://timm/"):
        return address.removeprefix("hf://timm/")
    known = address.replace("/huggingface/", "/rwightman/")
    return next((name for name in timm.list_pretrained() if timm.models.get_pretrained_cfg(name).url == known), None)


def of_timm(name):
    import timm

    if name is None:
        return None
    model = timm.create_model(name, pretrained=False)
    return timm.data.create_transform(**timm.data.resolve_data_config(model.pretrained_cfg, model=model))


def of_birder():
    """Its `inference_preset` with the size and the statistics of the model's own JSON file."""
    space = {}
    code = source("birder", "data/transforms/classification.py")
    exec("from __future__ import annotations\n" + code, space)
    statistics = {"mean": (0.5248, 0.5372, 0.5086), "std": (0.2135, 0.2103, 0.2622)}
    return space["inference_preset"]((384, 384), statistics, 1.0)


def of_xray(pixels):
    """Centre crop and normalization; its picture is as large as the input, since its resizing is skimage's."""
    space = {"np": np, "warnings": __import__("warnings")}
    code = source("torchxrayvision", "utils.py")
    start = code.index("def normalize(")
    exec(code[start : code.index("\ndef ", start + 1)], space)
    crop = source("torchxrayvision", "datasets.py")
    start = crop.index("class XRayCenterCrop")
    exec(crop[start : crop.index("\nclass ", start + 1)], space)
    grey = space["normalize"](pixels[:, :, 0].astype(np.float32), 255, reshape=True)
    return space["XRayCenterCrop"]()(grey)


def of_torchgeo():
    """Resize, centre crop and division of torchgeo's weights SENTINEL2_ALL_MOCO."""
    import torchvision.transforms.v2 as T
    from torch import nn

    code = source("torchgeo", "models/resnet.py")
    start = code.index("SENTINEL2_ALL_MOCO = Weights(")
    name = code[start:].split("transforms=", 1)[1].split(",", 1)[0].strip()
    files = [file for file in pathlib.Path(importlib.util.find_spec("torchgeo").origin).parent.rglob("*.py")]
    for file in files:
        code = file.read_text()
        if f"\n{name} = " not in code:
            continue
        start = code.index(f"\n{name} = ")
        depth, end = 0, code.index("(", start)
        for end in range(end, len(code)):
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            if depth == 0:
                break
        space = {"T": T, "nn": nn, "K": None}
        exec(code[start : end + 1], space)
        return space[name]
    raise LookupError(name)


def kept(values):
    """Some values of [channels, height, width], and its shape."""
    flat = np.asarray(values, dtype=np.float32).ravel()
    places = np.arange(VALUES, dtype=np.int64) * 7919 * 13 % flat.size
    return {"shape": list(np.shape(values)), "values": [float(f"{flat[place]:.7g}") for place in places]}


def main():
    for entry in json.load(open(sys.argv[1])):
        name, address = entry["name"], entry["address"]
        image = Image.fromarray(picture(337, 251).astype(np.uint8))
        if "torchxrayvision" in address:
            given = of_xray(picture(270, 224, 1))
        elif "torchgeo" in address:
            bands = picture(300, 300, entry["channels"], 16384) % 10001
            given = of_torchgeo()(torch.from_numpy(bands.astype(np.float32)).permute(2, 0, 1)[None])[0]
        elif "birder" in address:
            given = of_birder()(image)
        else:
            # timm lists torchvision's files, too, with a transform of its own
            transform = of_torchvision(address) or of_timm(timm_name(address))
            if not transform:
                continue
            given = transform(image)
        print(json.dumps({"name": name, **kept(given)}))


main()
