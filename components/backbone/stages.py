"""Where the families can be cut: the layers that end a stage, bottom to top, by Keras' own names.

Each ends a block whose output is all that the layers above need; tests hold every one against the built
model. They are written here because inputs are checked before Keras is loaded.
"""

Stages = tuple[str, ...]


def lite(blocks: int) -> Stages:
    """EfficientNet-Lite: one a block."""
    return ("stem", *(f"block_{index}" for index in range(blocks)), "top")


def vgg() -> Stages:
    """VGG: up to each pooling."""
    return tuple(f"block{block}_pool" for block in range(1, 6))


def resnet(*blocks: int) -> Stages:
    """ResNet: the stem, then one a residual block."""
    return ("pool1_pool", *_residual_blocks(blocks))


def resnet_v2(*blocks: int) -> Stages:
    """ResNet V2: its last block goes on to the final normalization."""
    return ("pool1_pool", *_residual_blocks(blocks)[:-1], "post_relu")


def inception_v3() -> Stages:
    """Inception V3: the stem, then one a mix."""
    return ("max_pooling2d_1", *(f"mixed{mix}" for mix in range(11)))


def inception_resnet_v2() -> Stages:
    """Inception-ResNet V2: the stem, then one a mix and a residual block."""
    return (
        *("max_pooling2d_1", "mixed_5b", *(f"block35_{block}_ac" for block in range(1, 11))),
        *("mixed_6a", *(f"block17_{block}_ac" for block in range(1, 21))),
        *("mixed_7a", *(f"block8_{block}_ac" for block in range(1, 10)), "conv_7b_ac"),
    )


def xception() -> Stages:
    """Xception: one a block; Keras leaves its additions unnamed."""
    return ("block1_conv2_act", *_numbered("add", 12), "block14_sepconv2_act")


def mobilenet() -> Stages:
    """MobileNet: the stem, then one a separable convolution."""
    return ("conv1_relu", *(f"conv_pw_{block}_relu" for block in range(1, 14)))


def mobilenet_v2() -> Stages:
    """MobileNet V2: one an inverted residual; those that narrow the map or widen it have no addition."""
    narrowing = (1, 3, 6, 10, 13, 16)
    ends = (f"block_{block}_{'project_BN' if block in narrowing else 'add'}" for block in range(1, 17))
    return ("Conv1_relu", "expanded_conv_project_BN", *ends, "out_relu")


def mobilenet_v3(blocks: int, narrowing: tuple[int, ...], top: str) -> Stages:
    """MobileNet V3: as V2; block 0 bears no number."""
    names = ("expanded_conv", *(f"expanded_conv_{block}" for block in range(1, blocks)))
    ends = (f"{name}_{'project_bn' if block in narrowing else 'add'}" for block, name in enumerate(names))
    return ("activation", *ends, top)


def densenet() -> Stages:
    """DenseNet: one a dense block, its transition included."""
    return ("pool1", "pool2_pool", "pool3_pool", "pool4_pool", "relu")


def nasnet(top: str) -> Stages:
    """NASNet: each cell reads the two before it, so no single tensor divides them."""
    return ("stem_bn1", top)


def efficientnet(*blocks: int) -> Stages:
    """EfficientNet: one an inverted residual; the first of each group has no addition."""
    ends = (
        f"block{group}{letter}_{'add' if position else 'project_bn'}"
        for group, repeats in enumerate(blocks, 1)
        for position, letter in enumerate(_LETTERS[:repeats])
    )
    return ("stem_activation", *ends, "top_activation")


def efficientnet_v2(first: str, *blocks: int) -> Stages:
    """EfficientNet V2: as EfficientNet, but `first` ends the first block."""
    stem, _, *others = efficientnet(*blocks)
    return (stem, f"block1a_{first}", *others)


def convnext(name: str, blocks: int) -> Stages:
    """ConvNeXt: one a block, the last with the final normalization."""
    return (f"{name}_stem", *_numbered("add", blocks - 1), "layer_normalization")


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _residual_blocks(blocks: tuple[int, ...]) -> Stages:
    groups = enumerate(blocks, 2)
    return tuple(f"conv{group}_block{block}_out" for group, count in groups for block in range(1, count + 1))


def _numbered(name: str, count: int) -> Stages:
    """As Keras numbers what bears no name."""
    return (name, *(f"{name}_{index}" for index in range(1, count)))
