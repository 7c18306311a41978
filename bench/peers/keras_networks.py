"""The networks in Keras."""

import keras
from keras import layers
from keras.src.applications.convnext import LayerScale

from networks import NETWORKS


class KerasBuilder:
    def conv(self, x, filters, kernel, stride, name, bias=False):
        return layers.Conv2D(filters, kernel, stride, padding="same", use_bias=bias, name=name)(x)

    def depthwise(self, x, kernel, stride, name, bias=False):
        return layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=bias, name=name)(x)

    def norm(self, x, name):
        return layers.BatchNormalization(epsilon=1e-3, name=name)(x)

    def layer_norm(self, x, name):
        return layers.LayerNormalization(epsilon=1e-6, name=name)(x)

    def gelu(self, x):
        return layers.Activation(keras.activations.gelu)(x)

    def scale(self, x, name):
        return LayerScale(1e-6, x.shape[-1], name=name)(x)

    def concat(self, x, y):
        return layers.Concatenate()([x, y])

    def average_pool(self, x, size, stride):
        return layers.AveragePooling2D(size, stride, padding="same")(x)

    def relu(self, x):
        return layers.ReLU()(x)

    def relu6(self, x):
        return layers.ReLU(6.0)(x)

    def add(self, x, y):
        return layers.Add()([x, y])

    def max_pool(self, x, size, stride):
        return layers.MaxPooling2D(size, stride, padding="same")(x)


def build(name, size):
    """[batch, size, size, 3] to pooled features [batch, n]."""
    inputs = keras.Input((size, size, 3))
    outputs = NETWORKS[name](KerasBuilder(), inputs)
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(outputs))


def keep_normalization_in_inference(model):
    """As recommended for small datasets, batch normalization stays in inference mode, and its scales and offsets are frozen, too."""
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
