"""Worker processes do the work, load what the work needs, and may be lost."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.beam.flags import beam_args

pytestmark = pytest.mark.slow
FLAGS = ("--direct_running_mode=multi_processing", "--direct_num_workers=2")


def _run(work: Callable[[int], str], output: Path) -> list[str]:
    with beam.Pipeline(options=PipelineOptions(beam_args(FLAGS))) as pipeline:
        lines = pipeline | beam.Create(range(200)) | beam.Reshuffle() | beam.Map(work)
        lines | beam.io.WriteToText(str(output / "lines"))
    return [line for path in output.glob("lines-*") for line in path.read_text().splitlines()]


def test_two_processes_load_tfdv_and_lose_no_record(tmp_path: Path) -> None:
    def work(number: int) -> str:
        import tensorflow_data_validation  # noqa: F401

        return f"{number} {os.getpid()} {os.environ['TF_ENABLE_ONEDNN_OPTS']}"

    lines = [line.split() for line in _run(work, tmp_path)]
    assert sorted(int(number) for number, *_ in lines) == list(range(200))
    processes = {process for _, process, _ in lines}
    assert len(processes) == 2 and str(os.getpid()) not in processes
    assert {kernels for *_, kernels in lines} == {"1"}


def test_work_of_a_killed_process_is_begun_anew(tmp_path: Path) -> None:
    died = tmp_path / "died"

    def work(number: int) -> str:
        if number == 150 and not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return str(number)

    assert sorted(map(int, _run(work, tmp_path))) == list(range(200))
    assert died.exists()


def test_work_that_kills_every_process_fails_and_says_so(tmp_path: Path) -> None:
    tries = tmp_path / "tries"

    def work(number: int) -> str:
        if number == 150:
            with tries.open("a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return str(number)

    with pytest.raises(RuntimeError, match=r"worker process was ended \(SIGKILL\).*too little memory"):
        _run(work, tmp_path)
    assert tries.read_text() == "xxx"


def test_mistake_in_the_work_is_no_lost_process(tmp_path: Path) -> None:
    tries = tmp_path / "tries"

    def work(number: int) -> str:
        if number == 150:
            with tries.open("a") as file:
                file.write("x")
            raise ValueError("number 150 is wrong")
        return str(number)

    with pytest.raises(RuntimeError, match="number 150 is wrong"):
        _run(work, tmp_path)
    assert tries.read_text() == "x"
