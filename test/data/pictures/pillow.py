"""Writes pillow.json: what torchvision and Pillow make of pictures when they prepare them for a network.

In an environment with torchvision and pillow==11.3.0:
    python test/data/pictures/pillow.py && npm run fix
Pillow 13 resizes rows before columns where that is less work, which changes some pixels by one level of 255.
"""

import base64
import hashlib
import io
import json
import math
import os
import random

import numpy as np
import PIL
import PIL.Image
import PIL.ImageOps
import torchvision
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize
from torchvision.transforms.functional import resized_crop

MODES = {
    "bilinear": (InterpolationMode.BILINEAR, PIL.Image.Resampling.BILINEAR),
    "bicubic": (InterpolationMode.BICUBIC, PIL.Image.Resampling.BICUBIC),
}


def noise(width, height, seed):
    state = seed + 1
    values = bytearray()
    for _ in range(3 * width * height):
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        values.append(state >> 24)
    return PIL.Image.frombytes("RGB", (width, height), bytes(values))


def prepare(picture, inputSize, crop, interpolation, fit, box=None):
    torch_mode, pillow_mode = MODES[interpolation]
    square = (inputSize, inputSize)
    if box is not None:
        left, top, width, height = box
        return resized_crop(picture, top, left, height, width, square, torch_mode)
    if fit == "stretch":
        return Resize(square, torch_mode)(picture)
    if fit == "pad":
        return PIL.ImageOps.pad(picture, square, pillow_mode, color="black")
    shorter = math.floor(inputSize / crop)  # as timm
    return Compose([Resize(shorter, torch_mode), CenterCrop(inputSize)])(picture)


def digest(picture):
    return hashlib.sha256(np.asarray(picture).tobytes()).hexdigest()


def main():
    draw = random.Random(0)
    cases = []
    for seed in range(90):
        case = {
            "width": draw.randint(8, 300),
            "height": draw.randint(8, 300),
            "seed": seed,
            "inputSize": draw.choice([8, 32, 71, 96, 160]),
            "crop": draw.choice([0.875, 1, 0.9, 0.95, 0.6]),
            "interpolation": draw.choice(["bilinear", "bicubic"]),
            "fit": draw.choice(["crop", "crop", "crop", "stretch", "pad"]),
        }
        if seed % 6 == 5:
            left, top = draw.randint(0, case["width"] - 4), draw.randint(0, case["height"] - 4)
            case |= {
                "fit": "stretch",
                "box": [left, top, draw.randint(1, case["width"] - left), draw.randint(1, case["height"] - top)],
            }
        options = {key: value for key, value in case.items() if key not in ("width", "height", "seed")}
        prepared = prepare(noise(case["width"], case["height"], seed), **options)
        cases.append(case | {"sha256": digest(prepared)})

    photos = []
    smooth = noise(24, 18, 7).resize((240, 180), PIL.Image.Resampling.BICUBIC)
    for name, picture, subsampling in [("colours", smooth, 2), ("full colours", smooth, 0), ("grey", smooth.convert("L"), 0)]:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80, **({} if picture.mode == "L" else {"subsampling": subsampling}))
        decoded = PIL.Image.open(file).convert("RGB")
        results = [
            options | {"sha256": digest(prepare(decoded, **options))}
            for options in [
                {"inputSize": 96, "crop": 0.875, "interpolation": "bicubic", "fit": "crop"},
                {"inputSize": 224, "crop": 0.875, "interpolation": "bilinear", "fit": "crop"},
            ]
        ]
        photos.append({"name": name, "jpeg": base64.b64encode(file.getvalue()).decode(), "results": results})

    place = os.path.join(os.path.dirname(__file__), "pillow.json")
    versions = {"pillow": PIL.__version__, "torchvision": torchvision.__version__}
    with open(place, "w") as file:
        json.dump({"versions": versions, "cases": cases, "photos": photos}, file)


main()
