"""Keras's guide to transfer learning, both of its steps, from photos on disk to a test accuracy; the last line is JSON.

keras_recipe.py --data FOLDER --weights FILE --epochs N --seed N

FOLDER has train/, validation/ and test/ with one folder a class; FILE has tunebook's weights of EfficientNet-Lite0 as safetensors. As in the
guide, the head is trained for `epochs` epochs on the frozen base, and all layers for half as many at a rate of 1e-5.
"""

import argparse
import json
import os
import time

from keras_photos import SIZE, backbone, dataset
from serve import THREADS

import keras
import tensorflow as tf
from keras import layers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    began = time.perf_counter()
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    keras.utils.set_random_seed(options.seed)
    train = dataset(os.path.join(options.data, "train"), True)
    validation, test = (dataset(os.path.join(options.data, part), False) for part in ("validation", "test"))
    classes = len(train.class_names)
    augment = [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)]

    def augmented(x, y):
        for layer in augment:
            x = layer(x)
        return x, y

    train = train.map(augmented, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    base = backbone(options.weights)
    base.trainable = False
    inputs = keras.Input((SIZE, SIZE, 3))
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(inputs)
    x = layers.Dropout(0.2)(base(x, training=False))
    model = keras.Model(inputs, layers.Dense(classes)(x))

    def compiled(rate):
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])

    compiled(1e-3)
    model.fit(train, epochs=options.epochs, validation_data=validation, verbose=0)
    base.trainable = True
    compiled(1e-5)
    model.fit(train, epochs=max(1, options.epochs // 2), validation_data=validation, verbose=0)
    _, accuracy = model.evaluate(test, verbose=0)
    print(json.dumps({"accuracy": accuracy, "seconds": time.perf_counter() - began}))


main()
