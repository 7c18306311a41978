"""Writes oracle.json: a small picture, and the results of Keras, SciPy, Pillow and TensorFlow for it with fixed parameters.

    python -m venv oracle && oracle/bin/pip install tensorflow-cpu==2.21.0 keras==3.15.1 scipy==1.16.3 pillow==13.0.0
    oracle/bin/python test/augment/oracle.py
"""

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import numpy as np
import scipy.ndimage
import tensorflow as tf
from keras.src.legacy.preprocessing.image import apply_affine_transform
from PIL import Image, ImageEnhance, ImageOps

SIZE = 14
random = np.random.default_rng(5)
# smooth shapes with some noise, so that interpolation matters and all tones occur
y, x = np.mgrid[0:SIZE, 0:SIZE]
waves = [127 + 110 * np.sin(x / a + b) * np.cos(y / c) for a, b, c in [(2.0, 0.3, 3.0), (3.0, 1.0, 2.0), (4.0, 2.0, 2.5)]]
picture = np.clip(np.round(np.stack(waves, -1) + random.normal(0, 12, (SIZE, SIZE, 3))), 0, 255).astype(np.float64)
image = Image.fromarray(picture.astype(np.uint8))

results = {}


def keep(name, value):
    results[name] = np.round(np.asarray(value, np.float64), 3).ravel().tolist()


def keras(**parameters):
    return apply_affine_transform(picture.copy(), row_axis=0, col_axis=1, channel_axis=2, **parameters)


for fill in ["nearest", "reflect", "wrap", "constant"]:
    for order, name in [(1, "bilinear"), (0, "nearest")]:
        together = dict(theta=25, tx=1.5, ty=-2.25, shear=12, zx=0.8, zy=1.1)
        keep(f"keras all {fill} {name}", keras(fill_mode=fill, order=order, cval=60.0, **together))
# SciPy's newer modes: constant fill is interpolated at the edge, and the picture repeats with its exact width
c, s = np.cos(np.deg2rad(25)), np.sin(np.deg2rad(25))
k, l = np.cos(np.deg2rad(12)), np.sin(np.deg2rad(12))
linear = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 1.5], [0, 1, -2.25], [0, 0, 1]])
linear = linear @ np.array([[1, -l, 0], [0, k, 0], [0, 0, 1]]) @ np.diag([0.8, 1.1, 1])
middle = np.array([[1, 0, SIZE / 2 - 0.5], [0, 1, SIZE / 2 - 0.5], [0, 0, 1]])
places = middle @ linear @ np.linalg.inv(middle) @ np.stack([x.ravel(), y.ravel(), np.ones(SIZE * SIZE)])
places = places[:2][::-1].reshape(2, SIZE, SIZE)
for mode in ["grid-constant", "grid-wrap"]:
    values = [scipy.ndimage.map_coordinates(picture[..., i], places, order=1, mode=mode, cval=60.0) for i in range(3)]
    keep(f"scipy all {mode}", np.stack(values, -1))
keep("keras rotation", keras(theta=40))
keep("keras shift", keras(tx=2.8, ty=-1.4))
keep("keras shear", keras(shear=20))
keep("keras zoom", keras(zx=0.7, zy=1.25))
keep("numpy horizontal flip", picture[:, ::-1])
keep("numpy vertical flip", picture[::-1])
article = keras(theta=-33, tx=2.1, ty=-2.5)[:, ::-1]
keep("keras article", article)

corners = [(1.2, 0.4), (11.9, 1.7), (12.6, 12.1), (0.3, 11.2)]
whole = [(0, 0), (SIZE - 1, 0), (SIZE - 1, SIZE - 1), (0, SIZE - 1)]
rows = []
for (a, b), (u, v) in zip(corners, whole):
    rows += [[a, b, 1, 0, 0, 0, -a * u, -b * u, u], [0, 0, 0, a, b, 1, -a * v, -b * v, v]]
rows = np.array(rows)
matrix = np.append(np.linalg.solve(rows[:, :8], rows[:, 8]), 1).reshape(3, 3)
places = matrix @ np.stack([x.ravel(), y.ravel(), np.ones(SIZE * SIZE)])
places = (places[:2] / places[2])[::-1].reshape(2, SIZE, SIZE)
sample = lambda at: np.stack([scipy.ndimage.map_coordinates(picture[..., c], at, order=1, mode="nearest") for c in range(3)], -1)
keep("scipy perspective", sample(places))
moves = random.normal(0, 1.5, (SIZE, SIZE, 2))
keep("elastic moves", moves)
keep("scipy elastic", sample([y + np.array(results["elastic moves"]).reshape(moves.shape)[..., 0], x + np.array(results["elastic moves"]).reshape(moves.shape)[..., 1]]))

enhance = lambda kind, factor: np.asarray(kind(image).enhance(factor))
keep("pillow brightness", enhance(ImageEnhance.Brightness, 1.4))
keep("pillow contrast", enhance(ImageEnhance.Contrast, 0.6))
keep("pillow saturation", enhance(ImageEnhance.Color, 1.7))
keep("pillow grayscale", np.repeat(np.asarray(image.convert("L"))[..., None], 3, -1))
keep("pillow sharpness", enhance(ImageEnhance.Sharpness, 1.8))
keep("pillow posterize", np.asarray(ImageOps.posterize(image, 3)))
keep("pillow solarize", np.asarray(ImageOps.solarize(image, 100)))
keep("pillow autocontrast", np.asarray(ImageOps.autocontrast(Image.fromarray((picture * 0.6 + 40).astype(np.uint8)))))
keep("autocontrast input", (picture * 0.6 + 40).astype(np.uint8))
keep("pillow equalize", np.asarray(ImageOps.equalize(image.resize((56, 56), Image.Resampling.BICUBIC)))[::4, ::4])
keep("equalize input", np.asarray(image.resize((56, 56), Image.Resampling.BICUBIC)))
keep("tensorflow hue", tf.image.adjust_hue(picture.astype(np.float32) / 255, 0.15) * 255)
keep("tensorflow gamma", tf.image.adjust_gamma(picture.astype(np.float32) / 255, 1.3) * 255)
blurred = scipy.ndimage.gaussian_filter(picture, (1.3, 1.3, 0), mode="mirror", radius=(4, 4, 0))
keep("scipy gaussian blur", blurred)

target = Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"size": SIZE, "picture": picture.ravel().astype(int).tolist(), "corners": corners, "results": results}, separators=(",", ":")) + "\n")
print(target, target.stat().st_size, "bytes")
