"""Beam's flags: known ones pass, others are named before anything runs."""

import re
from pathlib import Path

import pytest
import yaml
from apache_beam.options.pipeline_options import PortableOptions, StandardOptions

from pipeline.beam.flags import LOCAL_BEAM, NO_IMAGE, PROCESS_RUNNER, beam_args, beam_options
from pipeline.errors import InputError

FLINK = (
    *("--runner=FlinkRunner", "--flink_master=cluster:8081", "--parallelism=4"),
    *("--environment_type=EXTERNAL", "--environment_config=localhost:50000"),
)
SPARK = ("--runner=SparkRunner", "--spark_job_server_jar=job-server.jar", "--environment_type=LOOPBACK")
DATAFLOW = (
    *("--runner=DataflowRunner", "--project=mine", "--region=europe-west4", "--temp_location=gs://mine/tmp"),
    *("--sdk_container_image=mine/graft:1", "--max_num_workers=20", "--machine_type=n2-standard-8"),
)


@pytest.mark.parametrize("flags", [FLINK, SPARK, DATAFLOW, ("--runner=PortableRunner", "--job_endpoint=a:1")])
def test_flags_of_clusters_pass(flags: tuple[str, ...]) -> None:
    options = beam_options(flags, "beam.flags")
    assert f"--runner={options.view_as(StandardOptions).runner}" == flags[0]


def test_values_arrive() -> None:
    assert beam_options(FLINK, "beam.flags").view_as(PortableOptions).environment_type == "EXTERNAL"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--runner=FlinkRuner",), "beam.flags: Beam has no runner `FlinkRuner`"),
        (("--paralelism=4",), "beam.flags: Beam knows no --paralelism=4"),
        (("--runner=FlinkRunner", "loose"), "beam.flags: Beam knows no loose"),
        (("--parallelism=many",), "beam.flags: argument --parallelism: invalid int value"),
    ],
)
def test_what_beam_does_not_know_is_named(flags: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        beam_options(flags, "beam.flags")


def test_without_flags_all_stays_in_this_process() -> None:
    assert beam_args(()) == list(LOCAL_BEAM)


@pytest.mark.parametrize("runner", [(), ("--runner=FnApiRunner",), ("--runner=DirectRunner",)])
def test_worker_processes_are_those_that_load_tfx_first(runner: tuple[str, ...]) -> None:
    flags = (*runner, "--direct_num_workers=2", "--direct_running_mode=multi_processing")
    assert beam_args(flags) == ["--direct_num_workers=2", f"--runner={PROCESS_RUNNER}", NO_IMAGE]
    assert beam_options(beam_args(flags), "beam.flags").view_as(StandardOptions).runner == PROCESS_RUNNER


def test_a_cluster_stays_a_cluster() -> None:
    flags = (*FLINK, "--direct_running_mode=multi_processing")
    assert beam_args(flags)[: len(flags)] == list(flags)


@pytest.mark.parametrize(
    ("flags", "is_packed"),
    [
        (FLINK, False),  # workers that are there have Graft
        (SPARK, False),
        (DATAFLOW, True),  # the user's image
        (("--runner=FlinkRunner", "--flink_master=cluster:8081"), True),  # Docker, by default
        (("--runner=PrismRunner", "--environment_type=LOOPBACK"), False),
        (("--runner=PrismRunner",), False),  # loopback, by default
        (("--runner=FnApiRunner",), False),
    ],
)
def test_tfx_packs_itself_up_for_containers_alone(flags: tuple[str, ...], is_packed: bool) -> None:
    assert beam_args(flags) == [*flags, *(() if is_packed else (NO_IMAGE,))]


def _documented() -> list[tuple[str, ...]]:
    """The flags of every example in docs/scaling.md."""
    text = (Path(__file__).parents[3] / "docs" / "scaling.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return [tuple(yaml.safe_load(block)["beam"]["flags"]) for block in blocks]


@pytest.mark.parametrize("flags", _documented(), ids=lambda flags: flags[0])
def test_what_the_docs_show_beam_takes(flags: tuple[str, ...]) -> None:
    beam_options(flags, "docs/scaling.md")


def test_docs_show_every_runner() -> None:
    shown = {flags[0] for flags in _documented()}
    runners = ("PrismRunner", "FlinkRunner", "SparkRunner", "DataflowRunner")
    assert shown == {"--direct_running_mode=multi_processing", *(f"--runner={name}" for name in runners)}
