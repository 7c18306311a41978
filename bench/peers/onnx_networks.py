"""Networks as ONNX graphs, written node by node: ONNX Runtime and OpenVINO fold and fuse them when they load them."""

import numpy as np
import onnx
from networks import NETWORKS, same_padding
from onnx import TensorProto, helper, numpy_helper


class OnnxBuilder:
    def __init__(self, batch, size):
        self.random = np.random.default_rng(0)
        self.nodes = []
        self.weights = []
        self.shapes = {"input": (3, size)}
        self.shape = [batch, 3, size, size]

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(array.astype(np.float32), name))
        return name

    def node(self, kind, inputs, channels, side, **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        self.shapes[name] = (channels, side)
        return name

    def conv(self, x, filters, kernel, stride, name, bias=False, groups=1):
        channels, side = self.shapes[x]
        before, after = same_padding(side, kernel, stride)
        fan_in = channels // groups * kernel * kernel
        values = self.random.normal(0, (2 / fan_in) ** 0.5, (filters, channels // groups, kernel, kernel))
        inputs = [x, self.weight(f"{name}/kernel", values)]
        if bias:
            inputs.append(self.weight(f"{name}/bias", np.zeros(filters)))
        return self.node(
            "Conv",
            inputs,
            filters,
            -(-side // stride),
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=groups,
        )

    def depthwise(self, x, kernel, stride, name, bias=False):
        channels = self.shapes[x][0]
        return self.conv(x, channels, kernel, stride, name, bias, groups=channels)

    def norm(self, x, name):
        channels, side = self.shapes[x]
        values = [np.ones(channels), np.zeros(channels), np.zeros(channels), np.ones(channels)]
        inputs = [self.weight(f"{name}/{i}", value) for i, value in enumerate(values)]
        return self.node("BatchNormalization", [x, *inputs], channels, side, epsilon=1e-3)

    def layer_norm(self, x, name):
        """Over the last axis, as PyTorch exports it: the channels are moved there and back."""
        channels, side = self.shapes[x]
        learned = [self.weight(f"{name}/{i}", values) for i, values in enumerate([np.ones(channels), np.zeros(channels)])]
        y = self.node("Transpose", [x], channels, side, perm=[0, 2, 3, 1])
        y = self.node("LayerNormalization", [y, *learned], channels, side, axis=-1, epsilon=1e-6)
        return self.node("Transpose", [y], channels, side, perm=[0, 3, 1, 2])

    def gelu(self, x):
        """Gelu is one operation since version 20 of ONNX; before it was written like this, which both programs recognize."""
        channels, side = self.shapes[x]
        constants = {"root": 2**0.5, "one": 1, "half": 0.5}
        for name, value in constants.items():
            if not any(weight.name == name for weight in self.weights):
                self.weights.append(numpy_helper.from_array(np.float32(value), name))
        y = self.node("Erf", [self.node("Div", [x, "root"], channels, side)], channels, side)
        y = self.node("Mul", [x, self.node("Add", [y, "one"], channels, side)], channels, side)
        return self.node("Mul", [y, "half"], channels, side)

    def scale(self, x, name):
        channels, side = self.shapes[x]
        return self.node("Mul", [x, self.weight(name, np.full((channels, 1, 1), 0.1))], channels, side)

    def concat(self, x, y):
        return self.node("Concat", [x, y], self.shapes[x][0] + self.shapes[y][0], self.shapes[x][1], axis=1)

    def average_pool(self, x, size, stride):
        channels, side = self.shapes[x]
        return self.node("AveragePool", [x], channels, side // stride, kernel_shape=[size, size], strides=[stride, stride])

    def relu(self, x):
        return self.node("Relu", [x], *self.shapes[x])

    def relu6(self, x):
        if not any(weight.name == "six" for weight in self.weights):
            self.weights.append(numpy_helper.from_array(np.float32(0), "zero"))
            self.weights.append(numpy_helper.from_array(np.float32(6), "six"))
        return self.node("Clip", [x, "zero", "six"], *self.shapes[x])

    def add(self, x, y):
        return self.node("Add", [x, y], *self.shapes[x])

    def max_pool(self, x, size, stride):
        channels, side = self.shapes[x]
        before, after = same_padding(side, size, stride)
        pads = [before, before, after, after]
        return self.node("MaxPool", [x], channels, -(-side // stride), kernel_shape=[size, size], strides=[stride, stride], pads=pads)

    def finish(self, x):
        pooled = self.node("GlobalAveragePool", [x], self.shapes[x][0], 1)
        output = self.node("Flatten", [pooled], self.shapes[x][0], 1)
        graph = helper.make_graph(
            self.nodes,
            "network",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [self.shape[0], self.shapes[x][0]])],
            self.weights,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def build(work):
    """The graph as bytes, its number of parameters, and an input. Both programs only infer."""
    if work["kind"] != "forward":
        raise NotImplementedError("it does not train")
    builder = OnnxBuilder(work["batch"], work["size"])
    model = builder.finish(NETWORKS[work["network"]](builder, "input"))
    onnx.checker.check_model(model)
    x = np.random.default_rng(1).uniform(-1, 1, builder.shape).astype(np.float32)
    parameters = sum(int(np.prod(weight.dims)) for weight in builder.weights if weight.dims)
    return model.SerializeToString(), parameters, x
