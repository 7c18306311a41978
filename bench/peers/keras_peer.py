"""Keras 3 on TensorFlow: a forward pass as a graph, a training step as `train_on_batch`."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from serve import THREADS, serve  # noqa: E402

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras_networks import build, keep_normalization_in_inference  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def prepare(work):
    model = build(work["network"], work["size"])
    x = tf.random.uniform((work["batch"], work["size"], work["size"], 3), -1, 1)
    if work["kind"] == "forward":
        forward = tf.function(lambda images: model(images, training=False))
        return lambda: forward(x).numpy(), {"parameters": model.count_params(), "version": keras.__version__}
    keep_normalization_in_inference(model)
    outputs = keras.layers.Dense(work["classes"])(keras.layers.Dropout(0.2)(model.output))
    model = keras.Model(model.input, outputs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss=loss, metrics=["accuracy"])
    y = tf.random.uniform((work["batch"],), 0, work["classes"], tf.int32)
    return lambda: model.train_on_batch(x, y), {"parameters": model.count_params(), "version": keras.__version__}


serve(prepare)
