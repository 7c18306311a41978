"""Writes gradCam.json: Grad-CAM computed by Keras's example code, for every backbone with a head for three classes.

Run with Keras 3 and TensorFlow 2.21: python test/analysis/explain/gradCam.py </dev/null, then: npm run fix
Weights are made from a formula that classifier.ts has, too.
"""

import json
import pathlib
import sys

import numpy as np

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parent / "models"))
sys.argv = [sys.argv[0], "/tmp"]
from oracle import FAMILIES, build, keras, layers, picture  # noqa: E402
import tensorflow as tf  # noqa: E402

SIZE = 128


def uniform(name, count):
    """Numbers between -1 and 1, from a hash of the name and the position."""
    phase = sum((i + 1) * ord(letter) for i, letter in enumerate(name)) & 0xFFFFFFFF
    x = (np.arange(1, count + 1, dtype=np.uint64) * 2654435761 + phase * 40503) & 0xFFFFFFFF
    x ^= x >> np.uint64(15)
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> np.uint64(13)
    return (x.astype(np.float64) / 2**31 - 1).astype(np.float32)


def fill(model):
    for layer in model.layers:
        values = []
        for weight in layer.weights:
            kind = weight.path.split("/")[-1]
            noise = uniform(f"{layer.name}/{kind}", int(np.prod(weight.shape))).reshape(weight.shape)
            if "kernel" in kind:
                depthwise = "depthwise" in layer.__class__.__name__.lower()
                inputs = np.prod(weight.shape[:2] if depthwise else weight.shape[:-1])
                values.append(noise * np.sqrt(6 / inputs))
            elif kind == "gamma" and ("project" in layer.name or layer.name.endswith("_3_bn")):
                values.append(0.3 + 0.1 * noise)  # a residual branch adds a part, as in oracle.py
            elif kind in ("gamma", "moving_variance"):
                values.append(1 + 0.2 * noise)
            elif kind in ("mean", "variance", "count"):
                values.append(np.full(weight.shape, {"mean": 0.45, "variance": 0.2, "count": 7}[kind]))
            else:
                values.append(0.05 * noise)
        if values:
            layer.set_weights(values)
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def heatmap(name):
    keras.backend.clear_session()
    model, features, preprocess = build(name, SIZE)
    conv = {"vgg16": "block5_conv3", "vgg19": "block5_conv4"}.get(name)
    last = model.get_layer(conv).output if conv else features
    logits = layers.Dense(3, name="logits")(layers.GlobalAveragePooling2D()(features))
    model = keras.Model(model.inputs, [last, logits])
    fill(model)
    explained = [explain(model, preprocess(picture(SIZE)), index) for index in (None, 0, 1, 2)]
    # the predicted class, or the first one whose map is not empty
    index, logits, heat = next(each for each in explained if each[2].max() > 0)
    return {
        "name": name,
        "size": SIZE,
        "predicted": explained[0][0],
        "class": index,
        "logits": [round(float(v), 6) for v in logits],
        "shape": list(heat.shape),
        "heat": [round(float(v), 6) for v in np.ravel(heat)],
    }


def explain(model, pictures, index=None):
    """As in keras.io/examples/vision/grad_cam; explains the predicted class by default."""
    with tf.GradientTape() as tape:
        maps, predictions = model(pictures, training=False)
        if index is None:
            index = int(tf.argmax(predictions[0]))
        channel = predictions[:, index]
    grads = tape.gradient(channel, maps)
    pooled = tf.reduce_mean(grads, axis=(0, 1, 2))
    heat = tf.squeeze(maps[0] @ pooled[..., tf.newaxis])
    return index, predictions[0], (tf.maximum(heat, 0) / tf.math.reduce_max(heat)).numpy()


names = [*FAMILIES, *(f"efficientnet-lite{variant}" for variant in range(3))]
path = here / "gradCam.json"
path.write_text(json.dumps([heatmap(name) for name in names]) + "\n")
print(path, path.stat().st_size, file=sys.stderr)
