"""The oracle for EfficientNet-Lite0: the same architecture written in Keras, with the weights of the torch file.

    python test/models/efficientNetLite.py PATH/TO/efficientnet-lite0-57934424.pth > test/models/efficientNetLite.json

Needs TensorFlow 2.21 and NumPy. The input is a formula, so that it needs no file and no random numbers.
"""

import collections
import json
import pickle
import struct
import sys

import keras
import numpy as np


def read_torch(path):
    """Arrays by name. Uses Python's own pickle, so only use it for the one file whose hash is known."""
    file = open(path, "rb")
    for _ in range(3):
        pickle.load(file)
    storages = {}

    class Reader(pickle.Unpickler):
        def find_class(self, module, name):
            if name == "_rebuild_tensor_v2":
                return lambda storage, offset, size, stride, *rest: (storage, offset, size, stride)
            if name == "OrderedDict":
                return collections.OrderedDict
            return name

        def persistent_load(self, pid):
            storages[pid[2]] = {"FloatStorage": "<f4", "LongStorage": "<i8"}[pid[1]]
            return pid[2]

    state = Reader(file).load()
    data = {}
    for key in pickle.load(file):
        (count,) = struct.unpack("<q", file.read(8))
        dtype = np.dtype(storages[key])
        data[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    arrays = {}
    for name, (storage, offset, size, stride) in state.items():
        flat = data[storage]
        strides = [step * flat.itemsize for step in stride]
        arrays[name] = np.lib.stride_tricks.as_strided(flat[offset:], size, strides).copy()
    return arrays


def build(weights):
    layers = keras.layers
    pending = []

    def norm(x, name):
        layer = layers.BatchNormalization(epsilon=1e-3)
        x = layer(x)
        pending.append((layer, [weights[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]))
        return x

    def conv(x, name, filters, kernel, stride):
        layer = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False)
        x = layer(x)
        pending.append((layer, [weights[f"{name}.weight"].transpose(2, 3, 1, 0)]))
        return x

    def depthwise(x, name, kernel, stride):
        layer = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False)
        x = layer(x)
        pending.append((layer, [weights[f"{name}.weight"].transpose(2, 3, 0, 1)]))
        return x

    relu6 = lambda x: layers.ReLU(max_value=6)(x)
    inputs = keras.Input((224, 224, 3))
    x = relu6(norm(conv(inputs, "_conv_stem", 32, 3, 2), "_bn0"))
    stages = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
    index, filters = 0, 32
    for repeats, kernel, first_stride, expansion, out in stages:
        for repeat in range(repeats):
            block, stride, before = f"_blocks.{index}", first_stride if repeat == 0 else 1, x
            if expansion != 1:
                x = relu6(norm(conv(x, f"{block}._expand_conv", filters * expansion, 1, 1), f"{block}._bn0"))
            x = relu6(norm(depthwise(x, f"{block}._depthwise_conv", kernel, stride), f"{block}._bn1"))
            x = norm(conv(x, f"{block}._project_conv", out, 1, 1), f"{block}._bn2")
            if stride == 1 and filters == out:
                x = layers.Add()([x, before])
            filters, index = out, index + 1
    x = relu6(norm(conv(x, "_conv_head", 1280, 1, 1), "_bn1"))
    features = layers.GlobalAveragePooling2D()(x)
    top = layers.Dense(1000)
    logits = top(features)
    pending.append((top, [weights["_fc.weight"].T, weights["_fc.bias"]]))
    model = keras.Model(inputs, [features, logits])
    for layer, values in pending:
        layer.set_weights(values)
    return model


model = build(read_torch(sys.argv[1]))
i = np.arange(224 * 224 * 3, dtype=np.float64)
picture = (np.sin(i / 97) + np.cos(i / 1013)).astype(np.float32).reshape(1, 224, 224, 3) / 2
features, logits = model.predict(picture, verbose=0)
json.dump(
    {
        "parameters": model.count_params(),
        "features": [round(float(value), 6) for value in features[0][::8]],
        "logits": [round(float(value), 6) for value in logits[0][::5]],
        "largest": int(logits[0].argmax()),
    },
    sys.stdout,
)
print()
