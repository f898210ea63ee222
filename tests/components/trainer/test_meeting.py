"""How machines come together: in any order, within bounds, and with nobody else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from components.trainer.cluster import Cluster
from components.trainer.meeting import Order, await_order, call_workers
from pipeline.errors import InputError
from tests.ports import free_port

ORDER: Order = {"seed": 3, "train_files": ["a/*"]}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def cluster_of(count: int, seconds: float = 20) -> Callable[[int], Cluster]:
    """The view of each of `count` members; only the chief's port is ever used."""
    addresses = (f"localhost:{free_port()}", *(f"worker{rank}:2345" for rank in range(1, count)))
    return lambda rank: Cluster(addresses, rank, seconds)


def _never() -> bool:
    return False


@pytest.mark.parametrize("is_chief_late", [False, True])
def test_all_hear_the_order(pool: ThreadPoolExecutor, is_chief_late: bool) -> None:
    member = cluster_of(3)
    parts: list[Callable[[], Any]] = [lambda: call_workers(member(0), ORDER)]
    parts += [lambda rank=rank: await_order(member(rank), _never) for rank in (1, 2)]
    futures: list[Future[Any]] = []
    for part in reversed(parts) if is_chief_late else parts:
        futures.append(pool.submit(part))
        time.sleep(0.3)
    assert sorted(future.result() is None for future in futures) == [False, False, True]
    assert [future.result() for future in futures if future.result()] == [ORDER, ORDER]


def test_chief_names_who_did_not_come(pool: ThreadPoolExecutor) -> None:
    member = cluster_of(3, seconds=3)
    waiting = pool.submit(await_order, member(2), _never)
    with pytest.raises(InputError, match="^worker1:2345 of TF_CONFIG did not come within 3 s"):
        call_workers(member(0), ORDER)
    with pytest.raises(InputError, match="localhost:[0-9]+ of TF_CONFIG did not come"):
        waiting.result()


def test_worker_does_not_wait_for_what_is_done() -> None:
    answers = iter([False, True])
    assert await_order(cluster_of(2)(1), lambda: next(answers)) is None


def test_strangers_are_passed_over(pool: ThreadPoolExecutor) -> None:
    member = cluster_of(2)
    chief = pool.submit(call_workers, member(0), ORDER)
    _, port = member(0).addresses[0].split(":")
    for text in (b"GET / HTTP/1.1\r\n\r\n", b"", b"[]\n", b'{"rank": "x"}\n'):
        for _ in range(100):
            try:
                with socket.create_connection(("localhost", int(port))) as stranger:
                    stranger.sendall(text)
                break
            except ConnectionRefusedError:
                time.sleep(0.02)
    assert await_order(member(1), _never) == ORDER
    chief.result()


def test_worker_that_started_anew_takes_its_place(pool: ThreadPoolExecutor) -> None:
    member = cluster_of(3)
    chief = pool.submit(call_workers, member(0), ORDER)
    first = threading.Thread(target=await_order, args=(member(1), _never), daemon=True)
    first.start()
    time.sleep(0.5)
    both = [pool.submit(await_order, member(rank), _never) for rank in (1, 2)]
    assert [each.result() for each in both] == [ORDER, ORDER]
    chief.result()


def test_other_clusters_are_refused(pool: ThreadPoolExecutor) -> None:
    member = cluster_of(2, seconds=5)
    chief = pool.submit(call_workers, member(0), ORDER)
    other = Cluster((member(0).addresses[0], "elsewhere:2345"), 1, 3)
    with pytest.raises(InputError):
        await_order(other, _never)
    with pytest.raises(InputError, match="worker 1 has another TF_CONFIG than the chief: it names"):
        chief.result()


def test_port_that_is_taken_is_said() -> None:
    with socket.create_server(("", 0)) as server:
        taken = Cluster((f"localhost:{server.getsockname()[1]}", "b:1"))
        with pytest.raises(InputError, match="cannot listen at localhost:[0-9]+: Address already in use"):
            call_workers(taken, ORDER)
