"""The page: one HTML file that needs nothing beside it.

All that comes from the data (class names, paths, reasons) is escaped by Jinja. Whatever might slip through
finds a policy that lets no script run but the one written here, and nothing be loaded from anywhere.
"""

import base64
import hashlib
import shlex
from functools import cache
from typing import Any

import jinja2
import yaml
from markupsafe import Markup

from pipeline import VERSION
from pipeline.report.album import OF_A_KIND, Album, make_album
from pipeline.report.answers_section import answers_section
from pipeline.report.data_section import data_section, views_section
from pipeline.report.episodes_section import episodes_section
from pipeline.report.evaluation_section import (
    MOST_SLICES,
    calibration_section,
    class_rows,
    comparison_section,
    costly_pictures,
    gate_rows,
    key_figures,
    mistake_section,
    pictured,
    slice_rows,
    verdict_section,
)
from pipeline.report.filters import FILTERS
from pipeline.report.lineage_section import lineage_section
from pipeline.report.material import Material
from pipeline.report.matrix import MOST_CLASSES, matrix_data, most_confused
from pipeline.report.output import TEMPLATES
from pipeline.report.returns_section import (
    FIXED,
    action_rows,
    return_figures,
    return_rows,
    rival_section,
    shown_actions,
)
from pipeline.report.training_section import training_section
from pipeline.settings.environment import ASK


def render(material: Material) -> str:
    """The whole file."""
    script = Markup((TEMPLATES / "report.js").read_text(encoding="utf-8"))
    style = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    page = _environment().get_template("page.html.j2")
    return page.render(**_values(material), script=script, style=style, policy=policy, version=VERSION)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment


def _values(material: Material) -> dict[str, Any]:
    """By section."""
    album = make_album(material)
    own = _of_policy(material, album) if material.is_policy else _of_classifier(material, album)
    return {
        "name": material.record.config().get("name", "graft"),
        "record": material.record,
        "summary": material.summary,
        "evaluation": material.evaluation,
        "is_policy": material.is_policy,
        "missing": material.missing,
        "album": album,
        "verdict": verdict_section(material),
        "data": data_section(material),
        "views": views_section(material),
        "trainings": training_section(material),
        "more_slices": max(0, len(material.evaluation.get("slices", {})) - MOST_SLICES),
        "lineage": lineage_section(material),
        "config_file": shlex.quote(str((material.record.folder / "config.yaml").absolute())),
        "config": yaml.safe_dump(material.record.config(), sort_keys=False, allow_unicode=True),
        **own,
    }


def _of_classifier(material: Material, album: Album) -> dict[str, Any]:
    evaluation, gates = material.evaluation, gate_rows(material, album)
    tested = set() if material.answers is None else set(material.answers.paths)
    in_test = {path: small for path, small in album.shown.items() if path in tested}
    suspects = [suspect.as_dict() for suspect in material.suspects[:OF_A_KIND]]
    return {
        "figures": key_figures(evaluation),
        "slices": slice_rows(evaluation),
        "classes": class_rows(evaluation),
        "in_test": in_test,
        "matrix": matrix_data(material, in_test),
        "is_matrix": len(evaluation["labels"]) <= MOST_CLASSES,
        "confused": most_confused(evaluation["confusion"]),
        "mistakes": mistake_section(material, album),
        "suspects": pictured(suspects, album),
        "more_suspects": len(material.suspects) - len(suspects),
        "calibration": calibration_section(evaluation),
        "gates": gates,
        "costs": costly_pictures(gates),
        "comparison": comparison_section(material, album.shown),
    }


def _of_policy(material: Material, album: Album) -> dict[str, Any]:
    """What cost its gates are the episodes that it shows anyway."""
    evaluation, episodes = material.evaluation, material.episodes
    return {
        "figures": return_figures(evaluation, episodes),
        "slices": return_rows(evaluation),
        "abreast": shown_actions(evaluation),
        "actions": action_rows(evaluation),
        "answers": answers_section(evaluation, episodes),
        "rivals": rival_section(evaluation),
        "has_classifier": any(not name.startswith(FIXED) for name in evaluation["rivals"]),
        "episodes": episodes_section(material, album),
        "ask": ASK,
        "gates": gate_rows(material, album),
        "costs": ([], 0),
    }
