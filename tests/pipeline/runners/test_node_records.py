"""Records of nodes: written whole, read in the order of the flow, and what is done."""

from pathlib import Path

from pipeline.runners.node_records import NodeRecord, RecordedRun, read_records

DONE = NodeRecord("Trainer", "complete", 12.5, 7, 900.0)
FAILED = NodeRecord("Augment", "failed", 0.0, None, 500.0, "out of memory")
NODES = ("Augment", "Tuner", "Trainer")


def test_records_come_back_in_the_order_of_the_flow(tmp_path: Path) -> None:
    for record in (DONE, FAILED):
        record.write(tmp_path)
    assert read_records(tmp_path, NODES) == [FAILED, DONE]
    assert read_records(tmp_path, ["Tuner"]) == []


def test_another_try_replaces_the_record(tmp_path: Path) -> None:
    FAILED.write(tmp_path)
    again = NodeRecord("Augment", "cached", 1.0, 9, 500.0)
    again.write(tmp_path)
    assert read_records(tmp_path, NODES) == [again]


def test_what_failed_is_not_done() -> None:
    assert DONE.is_done and not FAILED.is_done


def test_what_was_not_called_put_out_nothing() -> None:
    run = RecordedRun([FAILED], NODES, connection=None)
    assert run.outputs("Augment", "features") == run.outputs("Tuner", "tuner_results") == []
    assert [(result.id, result.state) for result in run.results] == [("Augment", "failed")]
