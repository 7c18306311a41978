"""The oracle for every backbone: Keras's own networks with random weights, moving statistics too.

    .cache/oracle/bin/python test/models/oracle.py FOLDER

For each line on its input it answers with one line of JSON on its output. A request is {"name", "size"}: the network is
built for pictures of that size, all its weights are drawn at random, and two legacy .h5 files are written to FOLDER, with
the top and without. The answer has their names, the parameter count at that size, and what Keras makes of one picture (a
formula, so that it needs no file): logits and pooled features. {"name", "size", "formats"} writes others of ".h5", ".weights.h5" and
".keras" as well, and the answer has lists of names. {"preprocess": name, "pixels": file} writes what the network's preprocessing makes of a file of bytes
as a file of float32. {"predict": file, "input": file} loads a model (.h5, .keras or a SavedModel's folder) and writes
what it makes of a file of float32. Needs TensorFlow 2.21 and Keras 3: `npm test` installs them.
"""

import contextlib
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.stdout, answers = sys.stderr, sys.stdout

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.applications import efficientnet, imagenet_utils
from keras.src.legacy.saving import legacy_h5_format

apps = keras.applications
FAMILIES = {
    "vgg16": (apps.VGG16, apps.vgg16, {}),
    "vgg19": (apps.VGG19, apps.vgg19, {}),
    "resnet50": (apps.ResNet50, apps.resnet, {}),
    "resnet101": (apps.ResNet101, apps.resnet, {}),
    "resnet152": (apps.ResNet152, apps.resnet, {}),
    "mobilenet-v1": (apps.MobileNet, apps.mobilenet, {}),
    "mobilenet-v1-0.75": (apps.MobileNet, apps.mobilenet, {"alpha": 0.75}),
    "mobilenet-v1-0.50": (apps.MobileNet, apps.mobilenet, {"alpha": 0.5}),
    "mobilenet-v1-0.25": (apps.MobileNet, apps.mobilenet, {"alpha": 0.25}),
    "mobilenet-v2": (apps.MobileNetV2, apps.mobilenet_v2, {}),
    "mobilenet-v3-small": (apps.MobileNetV3Small, apps.mobilenet_v3, {}),
    "mobilenet-v3-large": (apps.MobileNetV3Large, apps.mobilenet_v3, {}),
    "inception-v3": (apps.InceptionV3, apps.inception_v3, {}),
    "xception": (apps.Xception, apps.xception, {}),
}
for variant in range(8):
    FAMILIES[f"efficientnet-b{variant}"] = (getattr(apps, f"EfficientNetB{variant}"), apps.efficientnet, {})


class Normalized:
    """What EfficientNetV2-B0 to B3 do first, inside of Keras's model."""

    @staticmethod
    def preprocess_input(pixels):
        return (pixels / 255 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])


class Centred:
    """What EfficientNetV2-S and M do first, inside of Keras's model."""

    @staticmethod
    def preprocess_input(pixels):
        return pixels / 128 - 1


for variant in ("B0", "B1", "B2", "B3", "S", "M"):
    network = getattr(apps, f"EfficientNetV2{variant}")
    FAMILIES[f"efficientnet-v2-{variant.lower()}"] = (network, Normalized if variant[0] == "B" else Centred, {})


def lite(variant, size):
    """EfficientNet-Lite, which Keras does not have: from the authors' description. Layers with weights are named as in tunebook."""
    width, depth = [(1.0, 1.0), (1.0, 1.1), (1.1, 1.2)][variant]
    round8 = lambda filters: max(8, int(filters + 4) // 8 * 8)
    inputs = x = keras.Input((size, size, 3))

    def conv(x, name, filters, kernel=1, stride=1):
        x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
        return layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)

    x = layers.ReLU(6.0)(conv(x, "stem", 32, 3, 2))
    stages = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
    for stage, (repeats, kernel, first_stride, expansion, filters) in enumerate(stages):
        filters = round8(filters * width)
        for repeat in range(repeats if stage in (0, 6) else int(np.ceil(repeats * depth))):
            block = f"block{stage + 1}{chr(ord('a') + repeat)}"
            stride, before = first_stride if repeat == 0 else 1, x
            if expansion != 1:
                x = layers.ReLU(6.0)(conv(x, f"{block}_expand", before.shape[-1] * expansion))
            x = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{block}_dwconv")(x)
            x = layers.ReLU(6.0)(layers.BatchNormalization(epsilon=1e-3, name=f"{block}_bn")(x))
            x = conv(x, f"{block}_project", filters)
            if stride == 1 and before.shape[-1] == filters:
                x = layers.Add()([x, before])
    x = features = layers.ReLU(6.0)(conv(x, "top", 1280))
    return keras.Model(inputs, layers.Dense(1000)(layers.GlobalAveragePooling2D()(x))), features


@contextlib.contextmanager
def as_for_imagenet():
    """Build EfficientNet as Keras does for its ImageNet files (one more rescaling), at any size, and load nothing."""
    kept = imagenet_utils.obtain_input_shape, efficientnet.file_utils.get_file, efficientnet.Functional.load_weights
    imagenet_utils.obtain_input_shape = lambda input_shape, **rest: input_shape
    efficientnet.file_utils.get_file = lambda *rest, **more: ""
    efficientnet.Functional.load_weights = lambda self, path: None
    try:
        yield
    finally:
        imagenet_utils.obtain_input_shape, efficientnet.file_utils.get_file, efficientnet.Functional.load_weights = kept


def build(name, size):
    """The network, its last feature map, and its preprocessing."""
    if "lite" in name:
        return *lite(int(name[-1]), size), lambda x: (x - 127) / 128
    make, module, options = FAMILIES[name]
    options = {**options, "input_shape": (size, size, 3), "classifier_activation": None}
    if name.startswith("efficientnet-b"):
        with as_for_imagenet():
            model = make(weights="imagenet", **options)
    else:
        model = make(weights=None, **options)
    last = next(layer for layer in reversed(model.layers) if "pool" in layer.name or layer.name == "flatten" and "vgg" in name)
    features = last.output if name.startswith("vgg") and last.name == "block5_pool" else last.input
    return model, features, (lambda x: x) if module in (Normalized, Centred) else module.preprocess_input


def randomize(model, random):
    for layer in model.layers:
        values = []
        for weight in layer.weights:
            shape, kind = weight.shape, weight.path.split("/")[-1]
            if "kernel" in kind:
                # depthwise kernels are [height, width, channels, 1]: each output sees height x width numbers
                inputs = np.prod(shape[:2] if "depthwise" in layer.__class__.__name__.lower() else shape[:-1])
                value = random.standard_normal(shape, np.float32) * np.float32(np.sqrt(2 / inputs))
            elif kind == "gamma" and ("project" in layer.name or layer.name.endswith("_3_bn")):
                # as in trained networks, a residual branch adds a part; else fifty of them make chaos of rounding errors
                value = random.uniform(0.2, 0.4, shape)
            elif kind in ("gamma", "moving_variance"):
                value = random.uniform(0.5, 1.5, shape)
            elif kind == "mean":
                value = random.uniform(0.4, 0.5, shape)
            elif kind == "variance":
                value = random.uniform(0.1, 0.3, shape)
            elif kind == "count":
                value = np.asarray(7)
            else:
                value = random.standard_normal(shape, np.float32) * 0.05
            values.append(value)
        if values:
            layer.set_weights(values)
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()  # Normalization works with copies of its weights, which loading a file renews


def settle(model, pictures, random):
    """Give each batch normalization roughly the statistics of what it sees, as training does, so that the picture still
    matters at the end: else a wrong layer near the start would go unnoticed."""
    normalizations = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    if not normalizations:
        return
    dropouts = [layer for layer in model.layers if isinstance(layer, layers.Dropout)]
    kept = [(layer, "momentum", layer.momentum) for layer in normalizations] + [(layer, "rate", layer.rate) for layer in dropouts]
    for layer, what, _ in kept:
        setattr(layer, what, 0.0)
    model(pictures, training=True)
    for layer, what, value in kept:
        setattr(layer, what, value)
    for layer in normalizations:
        *learned, mean, variance = layer.get_weights()  # some have no gamma
        mean = mean + 0.1 * np.sqrt(variance) * random.standard_normal(mean.shape)
        # more variance than there is, seldom less: a deep network in which differences grow makes chaos of rounding errors
        layer.set_weights([*learned, mean, variance * random.uniform(0.9, 1.8, variance.shape) + 1e-3])


def pictures_like(picture, random):
    """The picture and three that have something of it."""
    noise = random.uniform(0, 255, (3, *picture.shape[1:])).astype(np.float32)
    return np.concatenate([picture, 0.5 * noise + 0.5 * np.concatenate([picture[:, ::-1], 255 - picture, picture[:, :, ::-1]])])


def write(model, path):
    if path.endswith(".weights.h5"):
        model.save_weights(path)
    elif path.endswith(".keras"):
        model.save(path)
    else:
        with h5py.File(path, "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, model)


def picture(size):
    i = np.arange(size * size * 3, dtype=np.float64)
    return np.rint(127.5 + 63.75 * (np.sin(i / 97) + np.cos(i / 1013))).astype(np.float32).reshape(1, size, size, 3)


def answer(folder, name, size, formats=(".h5",)):
    keras.backend.clear_session()
    model, map, preprocess = build(name, size)
    without_top = keras.Model(model.inputs, map)
    random = np.random.default_rng(len(name) + size)
    randomize(model, random)
    settle(model, preprocess(pictures_like(picture(size), random)), random)
    files = {"top": [os.path.join(folder, name + format) for format in formats], "noTop": [os.path.join(folder, name + "_notop" + format) for format in formats]}
    for network, key in ((model, "top"), (without_top, "noTop")):
        for file in files[key]:
            write(network, file)
    features = layers.GlobalAveragePooling2D()(map)
    both = keras.Model(model.inputs, [model.outputs[0], features])
    logits, features = both(preprocess(picture(size)), training=False)
    return {
        **files,
        "parameters": model.count_params(),
        "logits": [float(value) for value in np.ravel(logits)],
        "features": [float(value) for value in np.ravel(features)],
    }


def preprocess(folder, name, pixels):
    pixels = np.fromfile(pixels, np.uint8).reshape(1, -1, 1, 3).astype(np.float32)
    values = (pixels - 127) / 128 if "lite" in name else FAMILIES[name][1].preprocess_input(pixels)
    path = os.path.join(folder, "preprocessed.bin")
    np.asarray(values, np.float32).tofile(path)
    return {"output": path}


def predict(folder, path, input):
    if os.path.isdir(path):
        import tensorflow as tf

        signature = tf.saved_model.load(path).signatures["serving_default"]
        ((key, spec),) = signature.structured_input_signature[1].items()
        values = np.fromfile(input, np.float32).reshape([-1, *spec.shape[1:]])
        (output,) = signature(**{key: tf.constant(values.astype(spec.dtype.as_numpy_dtype))}).values()
        names = [key]
    else:
        model = keras.models.load_model(path, compile=False)
        values = np.fromfile(input, np.float32).reshape([-1, *model.input_shape[1:]])
        output = model(values, training=False)
        names = [layer.name for layer in model.layers]
    return {"shape": list(output.shape), "output": [float(value) for value in np.ravel(output)], "names": names}


for line in sys.stdin:
    request = json.loads(line)
    if "preprocess" in request:
        result = preprocess(sys.argv[1], request["preprocess"], request["pixels"])
    elif "predict" in request:
        try:
            result = predict(sys.argv[1], request["predict"], request["input"])
        except Exception as error:
            result = {"error": f"{type(error).__name__}: {error}"[:2000]}
    else:
        result = answer(sys.argv[1], **request)
    print(json.dumps(result), file=answers, flush=True)
