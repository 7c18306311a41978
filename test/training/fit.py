"""The oracle for training: 20 steps of Adam in Keras, from weights that are formulas.

    python test/training/fit.py > test/training/fit.json

1. `dense`: a dense layer on 12 examples of 6 numbers, 3 classes.
2. `frozen`: a convolution with a frozen batch normalization under a dense layer: Keras normalizes by the moving
   statistics and leaves them alone.

Needs TensorFlow 2.21 and NumPy.
"""

import json
import sys

import keras
import numpy as np


def formula(shape, frequency):
    size = int(np.prod(shape))
    return np.sin(np.arange(size, dtype=np.float64) * frequency).astype(np.float32).reshape(shape)


def run(model, x, y):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01, epsilon=1e-7), loss, metrics=["accuracy"])
    history = model.fit(x, y, batch_size=len(x), epochs=20, shuffle=False, verbose=0).history
    weights = [w.numpy().ravel().tolist() for w in model.weights]
    return {"loss": history["loss"], "accuracy": history["accuracy"], "weights": weights}


labels = np.arange(12) % 3

inputs = keras.Input((6,))
dense = keras.Model(inputs, keras.layers.Dense(3)(inputs))
dense.set_weights([formula((6, 3), 0.7), np.zeros(3, np.float32)])

inputs = keras.Input((4, 4, 2))
norm = keras.layers.BatchNormalization(epsilon=1e-3)
x = keras.layers.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
x = keras.layers.ReLU(max_value=6)(norm(x))
x = keras.layers.GlobalAveragePooling2D()(x)
frozen = keras.Model(inputs, keras.layers.Dense(3)(x))
norm.trainable = False
frozen.set_weights([
    formula((3, 3, 2, 4), 0.3),
    1 + formula((4,), 0.5) / 4,
    formula((4,), 0.9) / 4,
    formula((4,), 1.3) / 4,
    1.5 + formula((4,), 1.7) / 4,
    formula((4, 3), 1.1),
    np.zeros(3, np.float32),
])
result = {
    "dense": run(dense, formula((12, 6), 1.9), labels),
    "frozen": run(frozen, formula((12, 4, 4, 2), 0.37) * 2, labels),
}
json.dump(result, sys.stdout)
print()
