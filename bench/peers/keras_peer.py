"""Keras 3 on TensorFlow: a forward pass as a graph, a training step as `train_on_batch`; if it is compiled, both by XLA."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from serve import THREADS, serve  # noqa: E402

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras_networks import build, keep_normalization_in_inference  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def decode(file, size):
    """The usual preprocessing of a photo: resize its shorter side to 8/7 of the size with anti-aliasing, then crop the centre."""
    image = tf.io.decode_jpeg(tf.io.read_file(file), channels=3)
    sides = tf.cast(tf.shape(image)[:2], tf.float32)
    whole = tf.cast(tf.round(sides * (round(size / 0.875) / tf.reduce_min(sides))), tf.int32)
    image = tf.image.resize(image, whole, method="bicubic", antialias=True)
    image = tf.image.resize_with_crop_or_pad(image, size, size)
    return tf.cast(tf.clip_by_value(tf.round(image), 0, 255), tf.uint8)


def prepare_decoding(work):
    data = tf.data.Dataset.from_tensor_slices(work["files"])
    data = data.map(lambda file: decode(file, work["size"]), num_parallel_calls=THREADS).batch(work["batch"]).prefetch(1)
    options = tf.data.Options()
    options.threading.private_threadpool_size = THREADS
    data = data.with_options(options)
    return lambda: sum(len(batch) for batch in data), {"version": tf.__version__}


def prepare(work):
    if work["kind"] == "decode":
        return prepare_decoding(work)
    keras.backend.clear_session()
    model = build(work["network"], work["size"])
    x = tf.random.uniform((work["batch"], work["size"], work["size"], 3), -1, 1)
    if work["kind"] == "forward":
        forward = tf.function(lambda images: model(images, training=False), jit_compile=work.get("compiled", False))
        return lambda: forward(x).numpy(), {"parameters": model.count_params(), "version": keras.__version__}
    keep_normalization_in_inference(model)
    outputs = keras.layers.Dense(work["classes"])(keras.layers.Dropout(0.2)(model.output))
    model = keras.Model(model.input, outputs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # without a wish Keras itself chooses, as for its users
    compiled = {"jit_compile": True} if work.get("compiled") else {}
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss=loss, metrics=["accuracy"], **compiled)
    y = tf.random.uniform((work["batch"],), 0, work["classes"], tf.int32)
    return lambda: model.train_on_batch(x, y), {"parameters": model.count_params(), "version": keras.__version__}


serve(prepare)
