"""Where a model can be cut, and where its head begins, from its nodes alone.

A tensor is a cut point if all that comes later depends on all that came before through it alone.

Synopsis:
    trunk = find_trunk(read_nodes(json.loads(model.to_json())))
    trunk.stages                        # ("max_pooling2d", "add", ..., "out_relu")
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from components.backbone.keras_config import ConfigError, Node

_POOLS = ("MaxPooling2D", "AveragePooling2D")
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")
_HEADS = ("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten", "Reshape")


@dataclass(frozen=True)
class FoundTrunk:
    """What of a model is a trunk.

    Attributes:
        size: side of the square pictures that it takes, pixels; `None` if any will do.
        width: channels of its last feature map.
        stages: the layers that end them, bottom to top; the last one makes the feature map.
    """

    size: int | None
    width: int
    stages: tuple[str, ...]


def cut_points(nodes: list[Node]) -> list[int]:
    """Indices of the nodes whose output is all that the later ones need; the input is one."""
    last_reader = list(range(len(nodes)))
    for index, node in enumerate(nodes):
        for read in node.reads:
            last_reader[read] = index
    points, reach = [], 0
    for index, reader in enumerate(last_reader):
        if reach <= index:
            points.append(index)
        reach = max(reach, reader)
    return points


def find_trunk(nodes: list[Node]) -> FoundTrunk:
    """Cuts off the head: global pooling, flattening, and whatever follows.

    Stages end where branches join and where a map is pooled; in a plain chain, before each convolution.

    Raises:
        ConfigError: there is no feature map, a layer that is called twice makes it, or the input is no
            square picture of three channels.
    """
    size = _size(nodes[0])
    points = cut_points(nodes)
    head = next((point for point in points if _is_head(nodes, point)), len(nodes))
    calls = Counter(node.name for node in nodes)
    below = [point for point in points if 0 < point < head]
    if not any(node.kind in _CONVOLUTIONS for node in nodes[:head]) or not below:
        raise ConfigError("has no feature map [height, width, channels] that convolutions made")
    if calls[top := nodes[below[-1]].name] > 1:
        raise ConfigError(f"has a feature map that layer `{top}` makes, which is called several times")
    below = [point for point in below if calls[nodes[point].name] == 1]
    ends = [point for point in below[:-1] if len(nodes[point].reads) > 1 or nodes[point].kind in _POOLS]
    if not ends:
        first = next(index for index, node in enumerate(nodes) if node.kind in _CONVOLUTIONS)
        chain = pairwise(point for point in below if point >= first)
        ends = [point for point, above in chain if nodes[above].kind in _CONVOLUTIONS]
    stages = tuple(nodes[point].name for point in (*ends, below[-1]))
    return FoundTrunk(size, _channels(nodes, below[-1]), stages)


def _is_head(nodes: list[Node], point: int) -> bool:
    node = nodes[point]
    return node.kind in _HEADS or _rank(nodes, point) != 4


def _rank(nodes: list[Node], index: int) -> int:
    """How many dimensions a node's output has; where nothing tells, as many as it reads."""
    node = nodes[index]
    if node.shape is not None or not node.reads:
        return len(node.shape or ())
    return 2 if node.kind in _HEADS else _rank(nodes, node.reads[0])


def _channels(nodes: list[Node], index: int) -> int:
    """Of a node's output; where nothing tells, as its class makes them."""
    node = nodes[index]
    if node.shape is not None and node.shape[-1] is not None:
        return node.shape[-1]
    for key in ("filters", "units"):
        if key in node.config:
            return int(node.config[key])
    read = [_channels(nodes, source) for source in node.reads]
    if node.kind == "Concatenate":
        return sum(read)
    return read[0] * int(node.config.get("depth_multiplier", 1))


def _size(node: Node) -> int | None:
    shape = tuple(node.shape or ())
    if len(shape) != 4 or shape[3] != 3 or shape[1] != shape[2]:
        raise ConfigError(f"must take square pictures [batch, size, size, 3], and takes {list(shape)}")
    return shape[1]
