"""The processes that train one model together, and sums over all of them.

Each holds the whole model as a process alone does, and takes a share of every batch. What their gradients
add up to is all that goes over the network, so all of them make the same step. TensorFlow's
MultiWorkerMirroredStrategy makes the sums; Keras 3 does not train under it (docs/decisions.md, 55).

Synopsis:
    with join(cluster_of(os.environ)):
        (total,) = current_team().sum([tf.constant(1.0)])
"""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components.trainer.checkpoint import Arrays
from components.trainer.cluster import Cluster
from pipeline.errors import InputError


class WorkerLostError(RuntimeError):
    """A process of the team ended before the training did."""


@dataclass(frozen=True)
class Team:
    """One process alone, or several.

    Attributes:
        rank: of this process; the chief's is 0.
        count: how many processes there are.
        adder: tensors -> each of them, summed over all; `None` for one alone.
    """

    rank: int = 0
    count: int = 1
    adder: Callable[..., list[Any]] | None = None

    @property
    def is_chief(self) -> bool:
        return self.rank == 0

    @property
    def share(self) -> slice:
        """Of the rows of every batch, those of this process."""
        return slice(self.rank, None, self.count)

    def sum(self, tensors: Sequence[Any]) -> list[Any]:
        """Each tensor, all of one type, summed over the team, in a graph, too. All must ask alike."""
        return self.adder(*tensors) if self.adder and tensors else list(tensors)

    def from_chief(self, arrays: Arrays | None, like: Mapping[str, np.ndarray]) -> Arrays | None:
        """What the chief has; what others bring is not looked at.

        Args:
            arrays: those of `like`, or none.
            like: names, shapes and dtypes.
        """
        if self.adder is None:
            return arrays
        (is_there,) = self.sum([tf.constant(int(self.is_chief and arrays is not None))])
        if not int(is_there):
            return None
        own = arrays if self.is_chief and arrays else {name: np.zeros_like(like[name]) for name in like}
        # TensorFlow sums tensors of one type at once, and this one holds whatever a checkpoint does.
        sums = self.sum([tf.constant(own[name].astype(np.float64)) for name in like])
        return {name: np.array(each, like[name].dtype) for name, each in zip(like, sums, strict=True)}

    def align(self, variables: Sequence[keras.Variable]) -> None:
        """Gives them the values that they have in the chief's process."""
        own = {str(place): np.array(variable) for place, variable in enumerate(variables)}
        for variable, value in zip(variables, (self.from_chief(own, own) or own).values(), strict=True):
            variable.assign(value)


_teams = [Team()]


def current_team() -> Team:
    """The one that was joined; else this process alone."""
    return _teams[-1]


@contextmanager
def acting_in(team: Team) -> Iterator[None]:
    """Makes `team` the current one, for the time of the `with` block."""
    _teams.append(team)
    try:
        yield
    finally:
        _teams.pop()


@contextmanager
def join(cluster: Cluster) -> Iterator[None]:
    """The team of a cluster whose processes are all there, for the time of the `with` block.

    Before anything else is computed in this process: TensorFlow asks for that.

    Raises:
        InputError: the process sees several GPUs.
        WorkerLostError: another one ended inside of the block.
    """
    if not cluster.is_several:
        yield
        return
    gpus = len(tf.config.list_physical_devices("GPU"))
    if gpus > 1:
        raise InputError(
            f"this process sees {gpus} GPUs, and each of several that train together has one: start a "
            "process for each GPU, all of them in TF_CONFIG, with CUDA_VISIBLE_DEVICES=0, 1 and so on."
        )
    handler = signal.getsignal(signal.SIGTERM) or signal.SIG_DFL
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    signal.signal(signal.SIGTERM, handler)  # TensorFlow would let the first one pass without an end
    try:
        with acting_in(Team(cluster.rank, len(cluster.addresses), _adder(strategy))):
            yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
        raise WorkerLostError(
            f"a machine of the {len(cluster.addresses)} that train together was lost. Start the same command "
            "on all of them again: it goes on after the last finished epoch."
        ) from error


def _adder(strategy: tf.distribute.Strategy) -> Callable[..., list[Any]]:
    @tf.function(autograph=False)
    def add(*tensors: Any) -> Any:
        return strategy.run(_all_reduce, args=tensors)

    return add


def _all_reduce(*tensors: Any) -> Any:
    # In a graph only what is computed here has a device, and the sum is made on it.
    here = [tf.identity(tensor) for tensor in tensors]
    return tf.distribute.get_replica_context().all_reduce("SUM", here)
