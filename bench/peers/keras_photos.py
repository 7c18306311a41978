"""Keras's guide to transfer learning, from photos on disk to a trained and evaluated head; the last line is JSON.

keras_photos.py --data FOLDER --weights FILE --variant feature-extraction|hybrid|fine-tune --epochs N

FOLDER has train/ and validation/ with one folder a class; FILE has tunebook's weights of EfficientNet-Lite0 as safetensors.
"""

import argparse
import json
import os
import struct

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402
from keras_networks import build  # noqa: E402
from serve import THREADS, peak_memory  # noqa: E402

SIZE = 224
BATCH = 32
# the last block and the convolution after it, which tunebook's `--variant hybrid --blocks 2` trains, too
LAST_BLOCK = ("block7a_", "top_")


def read_safetensors(file):
    with open(file, "rb") as data:
        (length,) = struct.unpack("<Q", data.read(8))
        header = json.loads(data.read(length))
        rest = data.read()
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            arrays[name] = np.frombuffer(rest[start:end], np.float32).reshape(entry["shape"])
    return arrays


def backbone(file):
    model = build("efficientnet-lite0", SIZE)
    arrays = read_safetensors(file)
    for layer in model.layers:
        names = [weight.name for weight in layer.weights]
        if isinstance(layer, layers.DepthwiseConv2D):
            names = ["depthwise_kernel"]
        if names:
            layer.set_weights([arrays[f"{layer.name}/{name}"] for name in names])
    return model


def dataset(folder, shuffle):
    return keras.utils.image_dataset_from_directory(
        folder, image_size=(SIZE, SIZE), batch_size=BATCH, shuffle=shuffle, seed=0, verbose=False
    )


def use_threads():
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def augmented_training(folder):
    """The training pictures, another view of each in every epoch, and the number of classes."""
    train = dataset(os.path.join(folder, "train"), True)
    augment = [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)]

    def augmented(x, y):
        for layer in augment:
            x = layer(x)
        return x, y

    views = train.map(augmented, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    return views, len(train.class_names)


def classifier(base, classes):
    """Pixels to logits: the base with its normalization in inference mode, dropout, and a dense layer."""
    inputs = keras.Input((SIZE, SIZE, 3))
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(inputs)
    x = layers.Dropout(0.2)(base(x, training=False))
    return keras.Model(inputs, layers.Dense(classes)(x))


def compile_with(model, rate):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])


def main():
    parser = argparse.ArgumentParser()
    for name in ("data", "weights", "variant"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    options = parser.parse_args()
    use_threads()
    keras.utils.set_random_seed(0)
    train, classes = augmented_training(options.data)
    validation = dataset(os.path.join(options.data, "validation"), False).prefetch(tf.data.AUTOTUNE)

    base = backbone(options.weights)
    base.trainable = options.variant != "feature-extraction"
    if options.variant == "hybrid":
        for layer in base.layers:
            layer.trainable = layer.name.startswith(LAST_BLOCK)
    model = classifier(base, classes)
    compile_with(model, 1e-3 if options.variant == "feature-extraction" else 1e-4)
    model.fit(train, epochs=options.epochs, validation_data=validation, verbose=0)
    _, accuracy = model.evaluate(validation, verbose=0)
    print(json.dumps({"accuracy": accuracy, "memory": peak_memory()}))


if __name__ == "__main__":
    main()
