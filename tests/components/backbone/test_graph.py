"""Cut points against a brute-force search, and the trunk that is found in a model."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.backbone.graph import cut_points, find_trunk
from components.backbone.keras_config import ConfigError, Node


def node(
    kind: str, *reads: int, shape: tuple[int | None, ...] | None = None, name: str = "", **config: int
) -> Node:
    return Node(name or kind.lower(), kind, config, reads, shape)


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """Each node reads some of the last four; what nobody reads is read by the last one."""
    size = draw(st.integers(2, 12))
    reads = [
        draw(st.lists(st.integers(max(0, index - 4), index - 1), min_size=1, max_size=3, unique=True))
        for index in range(1, size)
    ]
    unread = set(range(size - 1)) - {read for some in reads[:-1] for read in some}
    reads[-1] = sorted(unread | set(reads[-1]))
    return [node("Input"), *(node("Add", *some, name=f"n{index}") for index, some in enumerate(reads, 1))]


def _is_bottleneck(nodes: list[Node], without: int) -> bool:
    """Whether nothing of the input reaches the output if one node is taken away."""
    reached = {0} - {without}
    for index in range(1, len(nodes)):
        if index != without and reached & set(nodes[index].reads):
            reached.add(index)
    return len(nodes) - 1 not in reached


@settings(max_examples=200, deadline=None, derandomize=True)
@given(nodes=graphs())
def test_cut_points_are_the_bottlenecks(nodes: list[Node]) -> None:
    assert cut_points(nodes) == [index for index in range(len(nodes)) if _is_bottleneck(nodes, index)]


MAP = (None, 8, 8, 4)
INPUT = node("InputLayer", shape=(None, 32, 32, 3))


def test_head_begins_at_global_pooling() -> None:
    conv, pool = node("Conv2D", 0, shape=MAP), node("GlobalAveragePooling2D", 1, shape=(None, 4))
    assert find_trunk([INPUT, conv, pool, node("Dense", 2, units=3)]).stages == ("conv2d",)


def test_squeeze_and_excite_is_no_head() -> None:
    nodes = [
        INPUT,
        node("Conv2D", 0, shape=MAP, name="conv"),
        node("GlobalAveragePooling2D", 1, shape=(None, 1, 1, 4)),
        node("Multiply", 1, 2, shape=MAP, name="excited"),
        node("Conv2D", 3, name="top", filters=9),
    ]
    found = find_trunk(nodes)
    assert (found.stages, found.width, found.size) == (("excited", "top"), 9, 32)


def test_head_of_two_poolings() -> None:
    nodes = [
        INPUT,
        node("Conv2D", 0, shape=MAP, name="conv"),
        node("GlobalAveragePooling2D", 1, shape=(None, 4)),
        node("GlobalMaxPooling2D", 1, shape=(None, 4)),
        node("Concatenate", 2, 3),
    ]
    assert find_trunk(nodes).stages == ("conv",)


def test_chain_is_cut_before_each_convolution() -> None:
    kinds = ("Rescaling", "Conv2D", "ReLU", "Conv2D", "BatchNormalization", "ReLU", "Conv2D")
    nodes = [
        INPUT,
        *(node(kind, index, shape=MAP, name=f"{kind}{index}") for index, kind in enumerate(kinds)),
    ]
    assert find_trunk(nodes).stages == ("ReLU2", "ReLU5", "Conv2D6")


def test_layer_that_is_called_twice_ends_no_stage() -> None:
    nodes = [
        INPUT,
        node("Conv2D", 0, shape=MAP, name="one"),
        node("ReLU", 1, shape=MAP, name="same"),
        node("Conv2D", 2, shape=MAP, name="two"),
        node("ReLU", 3, shape=MAP, name="same"),
    ]
    with pytest.raises(ConfigError, match="layer `same` makes, which is called several times"):
        find_trunk(nodes)
    assert find_trunk([*nodes, node("Softmax", 4, shape=MAP, name="top")]).stages == ("one", "top")


@pytest.mark.parametrize(
    ("top", "width"),
    [
        (node("Activation", 2, name="top"), 7),
        (node("Dense", 2, name="top", units=5), 5),
        (node("DepthwiseConv2D", 2, name="top", depth_multiplier=3), 21),
        (node("Concatenate", 1, 2, name="top"), 11),
    ],
)
def test_width_of_a_map_that_nothing_reads(top: Node, width: int) -> None:
    nodes = [INPUT, node("Conv2D", 0, shape=MAP), node("Conv2D", 1, name="b", shape=(None, 8, 8, 7)), top]
    assert find_trunk(nodes).width == width


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((None, 32, 24, 3), "must take square pictures"),
        ((None, 32, 32, 1), r"takes \[None, 32, 32, 1\]"),
        ((None, 3, 32, 32), "must take square pictures"),
        ((None, 32), "must take square pictures"),
        (None, "must take square pictures"),
    ],
)
def test_input_must_be_a_square_picture(shape: tuple[int | None, ...] | None, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        find_trunk([node("InputLayer", shape=shape), node("Conv2D", 0, filters=4)])


@pytest.mark.parametrize("kinds", [("Flatten", "Dense"), ("Rescaling",), ("GlobalAveragePooling2D",)])
def test_no_feature_map(kinds: tuple[str, ...]) -> None:
    nodes = [INPUT, *(node(kind, index) for index, kind in enumerate(kinds))]
    with pytest.raises(ConfigError, match="has no feature map"):
        find_trunk(nodes)


def test_pictures_of_any_size() -> None:
    assert (
        find_trunk([node("InputLayer", shape=(None, None, None, 3)), node("Conv2D", 0, filters=4)]).size
        is None
    )
