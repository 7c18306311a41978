"""Keras's guide to transfer learning, both of its steps, from photos on disk to a test accuracy; the last line is JSON.

keras_recipe.py --data FOLDER --weights FILE --epochs N --seed N

FOLDER has train/, validation/ and test/ with one folder a class; FILE has tunebook's weights of EfficientNet-Lite0 as safetensors. As in the
guide, the head is trained for `epochs` epochs on the frozen base, and all layers for half as many at a rate of 1e-5.
"""

import argparse
import json
import os
import time

from keras_photos import augmented_training, backbone, classifier, compile_with, dataset, use_threads

import keras


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    began = time.perf_counter()
    use_threads()
    keras.utils.set_random_seed(options.seed)
    train, classes = augmented_training(options.data)
    validation, test = (dataset(os.path.join(options.data, part), False) for part in ("validation", "test"))
    base = backbone(options.weights)
    base.trainable = False
    model = classifier(base, classes)
    compile_with(model, 1e-3)
    model.fit(train, epochs=options.epochs, validation_data=validation, verbose=0)
    base.trainable = True
    compile_with(model, 1e-5)
    model.fit(train, epochs=max(1, options.epochs // 2), validation_data=validation, verbose=0)
    _, accuracy = model.evaluate(test, verbose=0)
    print(json.dumps({"accuracy": accuracy, "seconds": time.perf_counter() - began}))


main()
