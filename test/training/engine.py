"""The oracle for optimizers, losses, schedules and regularizers: 20 steps in Keras 3 from weights that are formulas.

    python test/training/engine.py > test/training/engine.json

Each case trains a small model on 12 examples for 20 epochs of one batch (`accumulate`: of 4) and keeps losses and weights.
`plateau` and `stopping` feed a made-up row of losses to Keras's callbacks.

Needs TensorFlow 2.21, Keras 3 and NumPy.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

K = keras.optimizers
S = keras.optimizers.schedules
L = keras.losses


def formula(shape, frequency):
    size = int(np.prod(shape))
    return np.sin(np.arange(size, dtype=np.float64) * frequency).astype(np.float32).reshape(shape)


vectors = formula((12, 6), 1.9)
planes = formula((12, 4, 4, 2), 0.37) * 2
labels = np.arange(12) % 3
uneven = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2])
two = (np.arange(12) % 3 == 1).astype(np.int64)
sparse = L.SparseCategoricalCrossentropy(from_logits=True)


def one_hot(values, classes=3):
    return np.eye(classes, dtype=np.float32)[values]


def dense(units=3, regularizer=None):
    inputs = keras.Input((6,))
    model = keras.Model(inputs, keras.layers.Dense(units, kernel_regularizer=regularizer)(inputs))
    model.set_weights([formula((6, units), 0.7), np.zeros(units, np.float32)])
    return model


def normalized(**options):
    inputs = keras.Input((4, 4, 2))
    x = keras.layers.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
    norm = keras.layers.BatchNormalization(epsilon=1e-3, momentum=0.9, **options)
    x = keras.layers.ReLU()(norm(x))
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(x)))
    gamma = [1 + formula((4,), 0.5) / 4] if norm.scale else []
    beta = [formula((4,), 0.9) / 4] if norm.center else []
    moving = [formula((4,), 1.3) / 4, 1.5 + formula((4,), 1.7) / 4]
    top = [formula((4, 3), 1.1), np.zeros(3, np.float32)]
    model.set_weights([formula((3, 3, 2, 4), 0.3), *gamma, *beta, *moving, *top])
    return model


def run(optimizer, loss=sparse, model=None, x=vectors, y=labels, batch=12, class_weight=None):
    model = model or dense()
    model.compile(optimizer, loss)
    history = model.fit(
        x, y, batch_size=batch, epochs=20, shuffle=False, verbose=0, class_weight=class_weight
    ).history
    return {
        "loss": history["loss"],
        "weights": [w.numpy().ravel().astype(float).tolist() for w in model.weights],
    }


def averaged(part, epochs=20):
    """The mean of the weights after each step, the latest ones counting most: e-fold less after `part` of the steps."""
    model = dense()
    model.compile(K.SGD(0.1), sparse)
    losses, steps, kept = [], [], 1 - 1 / (part * epochs)
    for _ in range(epochs):
        losses += model.fit(vectors, labels, batch_size=12, shuffle=False, verbose=0).history["loss"]
        steps.append([w.numpy().ravel().astype(float) for w in model.weights])
    shares = kept ** np.arange(epochs - 1, -1, -1)
    means = [sum(s * w for s, w in zip(shares / shares.sum(), of)) for of in zip(*steps)]
    return {"loss": losses, "weights": [mean.tolist() for mean in means]}


def adamw():
    optimizer = K.AdamW(0.01, weight_decay=0.1)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def rates(schedule, steps=20):
    return [float(schedule(step)) for step in range(steps)]


class Stub:
    """The part of a model that the callbacks use."""

    def __init__(self):
        self.optimizer = K.SGD(1.0)
        self.stop_training = False

    def get_weights(self):
        return []

    def set_weights(self, _):
        pass


losses = [1.0, 0.8, 0.79995, 0.81, 0.8, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66]


def plateau(**options):
    callback = keras.callbacks.ReduceLROnPlateau(**options)
    callback.set_model(Stub())
    callback.on_train_begin()
    result = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        result.append(float(callback.model.optimizer.learning_rate.numpy()))
    return result


def stopping(**options):
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", mode="min", restore_best_weights=True, **options)
    callback.set_model(Stub())
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if callback.model.stop_training:
            break
    return {"epochs": epoch + 1, "best": callback.best_epoch + 1}


binary = lambda **o: L.BinaryCrossentropy(from_logits=True, **o)
balanced = {c: float(w) for c, w in enumerate(12 / (3 * np.bincount(uneven)))}
result = {
    "sgd": run(K.SGD(0.1)),
    "momentum": run(K.SGD(0.1, momentum=0.9)),
    "nesterov": run(K.SGD(0.1, momentum=0.9, nesterov=True)),
    "rmsprop": run(K.RMSprop(0.01)),
    "rmspropMomentum": run(K.RMSprop(0.01, rho=0.8, momentum=0.5)),
    "adam": run(K.Adam(0.01)),
    "adamw": run(adamw()),
    "adagrad": run(K.Adagrad(0.1)),
    "clipValue": run(K.SGD(0.1, clipvalue=0.05)),
    "clipNorm": run(K.SGD(0.1, clipnorm=0.2)),
    "clipGlobalNorm": run(K.SGD(0.1, global_clipnorm=0.2)),
    "averaging": averaged(0.5),
    "accumulate": run(K.SGD(0.1, gradient_accumulation_steps=4), batch=3),
    "smoothing": run(K.SGD(0.1), L.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2), y=one_hot(labels)),
    "focal": run(K.SGD(0.1), L.CategoricalFocalCrossentropy(from_logits=True, alpha=0.25, gamma=2), y=one_hot(labels)),
    "binary": run(K.SGD(0.1), binary(), dense(1), y=two),
    "binarySmoothing": run(K.SGD(0.1), binary(label_smoothing=0.2), dense(1), y=two),
    "binaryFocal": run(
        K.SGD(0.1),
        L.BinaryFocalCrossentropy(from_logits=True, gamma=1.5, alpha=0.3, apply_class_balancing=True),
        dense(1),
        y=two,
    ),
    "balanced": run(K.SGD(0.1), y=uneven, class_weight=balanced),
    "l2": run(K.SGD(0.1), model=dense(3, keras.regularizers.L2(0.05))),
    "l1l2": run(K.SGD(0.1), model=dense(3, keras.regularizers.L1L2(0.01, 0.02))),
    "normalized": run(K.SGD(0.1), model=normalized(), x=planes),
    "withoutScale": run(K.SGD(0.1), model=normalized(scale=False), x=planes),
    "withoutCenter": run(K.SGD(0.1), model=normalized(center=False), x=planes),
    "cosine": run(K.SGD(S.CosineDecay(0.1, 20, alpha=0.1))),
    "rates": {
        "cosine": rates(S.CosineDecay(1.0, 20, alpha=0.1)),
        "warmUp": rates(S.CosineDecay(0.0, 15, alpha=0.0, warmup_target=1.0, warmup_steps=5)),
        "exponential": rates(S.ExponentialDecay(1.0, 4, 0.9)),
        "step": rates(S.ExponentialDecay(1.0, 8, 0.5, staircase=True)),
    },
    "losses": losses,
    "plateau": plateau(patience=3, factor=0.5),
    "plateauCooldown": plateau(patience=2, factor=0.1, cooldown=2, min_delta=0.0, min_lr=0.01),
    "stopping": stopping(patience=5),
    "stoppingDelta": stopping(patience=3, min_delta=0.15),
}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


json.dump(rounded(result), sys.stdout)
print()
