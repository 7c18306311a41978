"""The networks as sequences of calls of a builder, so that every framework computes the same.

A builder has conv, depthwise, norm (of batches), layer_norm (over channels), relu, relu6, gelu, scale (a factor for each channel), add,
concat, max_pool and average_pool; each takes and returns a tensor of the builder's framework. Padding is TensorFlow's 'same'.
"""


def mobilenet_v2(b, x):
    """Sandler et al. 2018, table 2, width 1."""
    x = b.relu6(b.norm(b.conv(x, 32, 3, 2, name="Conv1_conv"), name="Conv1_bn"))
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    channels = 32
    for stage, (expansion, filters, repeats, stride) in enumerate(stages):
        for repeat in range(repeats):
            x = _inverted_residual(
                b, x, f"block{stage}{repeat}", channels, filters, 3, stride if repeat == 0 else 1, expansion
            )
            channels = filters
    return b.relu6(b.norm(b.conv(x, 1280, 1, 1, name="top_conv"), name="top_bn"))


def efficientnet_lite0(b, x):
    """Tan and Le 2019, table 1, without squeeze-and-excite and with ReLU6. Names are those of tunebook's weights."""
    x = b.relu6(b.norm(b.conv(x, 32, 3, 2, name="stem_conv"), name="stem_bn"))
    stages = [
        (1, 3, 1, 1, 16),
        (2, 3, 2, 6, 24),
        (2, 5, 2, 6, 40),
        (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112),
        (4, 5, 2, 6, 192),
        (1, 3, 1, 6, 320),
    ]
    channels = 32
    for stage, (repeats, kernel, stride, expansion, filters) in enumerate(stages):
        for repeat in range(repeats):
            name = f"block{stage + 1}{'abcd'[repeat]}"
            x = _inverted_residual(b, x, name, channels, filters, kernel, stride if repeat == 0 else 1, expansion)
            channels = filters
    return b.relu6(b.norm(b.conv(x, 1280, 1, 1, name="top_conv"), name="top_bn"))


def _inverted_residual(b, x, name, channels, filters, kernel, stride, expansion):
    y = x
    if expansion != 1:
        y = b.conv(y, channels * expansion, 1, 1, name=f"{name}_expand_conv")
        y = b.relu6(b.norm(y, name=f"{name}_expand_bn"))
    y = b.relu6(b.norm(b.depthwise(y, kernel, stride, name=f"{name}_dwconv"), name=f"{name}_bn"))
    y = b.norm(b.conv(y, filters, 1, 1, name=f"{name}_project_conv"), name=f"{name}_project_bn")
    return b.add(x, y) if stride == 1 and channels == filters else y


def resnet50(b, x):
    """He et al. 2016, with the stride in the first convolution of a block, as in Keras."""
    x = b.relu(b.norm(b.conv(x, 64, 7, 2, bias=True, name="conv1_conv"), name="conv1_bn"))
    x = b.max_pool(x, 3, 2)
    for stage, repeats in enumerate([3, 4, 6, 3]):
        filters = 64 * 2**stage
        for repeat in range(repeats):
            stride = 2 if repeat == 0 and stage > 0 else 1
            name = f"conv{stage + 2}_block{repeat + 1}"

            def step(y, index, width, size, strides):
                y = b.conv(y, width, size, strides, bias=True, name=f"{name}_{index}_conv")
                return b.norm(y, name=f"{name}_{index}_bn")

            shortcut = step(x, 0, 4 * filters, 1, stride) if repeat == 0 else x
            y = b.relu(step(x, 1, filters, 1, stride))
            y = b.relu(step(y, 2, filters, 3, 1))
            x = b.relu(b.add(shortcut, step(y, 3, 4 * filters, 1, 1)))
    return x


def vgg16(b, x):
    """Simonyan and Zisserman 2015, configuration D, without the dense layers."""
    for block, (filters, repeats) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
        for repeat in range(repeats):
            x = b.relu(b.conv(x, filters, 3, 1, bias=True, name=f"block{block + 1}_conv{repeat + 1}"))
        x = b.max_pool(x, 2, 2)
    return x


def densenet121(b, x):
    """Huang et al. 2017, table 1: normalization and ReLU before each convolution, 32 more channels a layer."""
    x = b.relu(b.norm(b.conv(x, 64, 7, 2, name="conv1_conv"), name="conv1_bn"))
    x = b.max_pool(x, 3, 2)
    channels = 64
    for block, layers in enumerate([6, 12, 24, 16]):
        for layer in range(layers):
            name = f"conv{block + 2}_block{layer + 1}"
            y = b.conv(b.relu(b.norm(x, name=f"{name}_0_bn")), 128, 1, 1, name=f"{name}_1_conv")
            y = b.conv(b.relu(b.norm(y, name=f"{name}_1_bn")), 32, 3, 1, name=f"{name}_2_conv")
            x = b.concat(x, y)
            channels += 32
        if block < 3:
            channels //= 2
            x = b.conv(b.relu(b.norm(x, name=f"pool{block + 2}_bn")), channels, 1, 1, name=f"pool{block + 2}_conv")
            x = b.average_pool(x, 2, 2)
    return b.relu(b.norm(x, name="bn"))


def convnext_tiny(b, x):
    """Liu et al. 2022, section 3; the normalization after the pooling is before it here, which takes the same time within a thousandth."""
    x = b.layer_norm(b.conv(x, 96, 4, 4, bias=True, name="stem_conv"), name="stem_norm")
    for stage, (channels, blocks) in enumerate([(96, 3), (192, 3), (384, 9), (768, 3)]):
        if stage > 0:
            x = b.layer_norm(x, name=f"stage{stage}_norm")
            x = b.conv(x, channels, 2, 2, bias=True, name=f"stage{stage}_conv")
        for block in range(blocks):
            name = f"stage{stage}_block{block}"
            y = b.layer_norm(b.depthwise(x, 7, 1, bias=True, name=f"{name}_dwconv"), name=f"{name}_norm")
            y = b.gelu(b.conv(y, 4 * channels, 1, 1, bias=True, name=f"{name}_expand"))
            y = b.scale(b.conv(y, channels, 1, 1, bias=True, name=f"{name}_project"), name=f"{name}_scale")
            x = b.add(x, y)
    return b.layer_norm(x, name="norm")


NETWORKS = {
    "mobilenet-v2": mobilenet_v2,
    "efficientnet-lite0": efficientnet_lite0,
    "resnet50": resnet50,
    "vgg16": vgg16,
    "densenet121": densenet121,
    "convnext-tiny": convnext_tiny,
}


def same_padding(size, kernel, stride):
    """TensorFlow's padding before and after one side."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2
