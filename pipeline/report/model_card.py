"""The model card: what is known of a model, as Markdown, and only what is known.

Mitchell et al., "Model Cards for Model Reporting" (2019).
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from components.backbone import choose_backbone
from components.backbone.weights import PackageWeights
from components.trainer.policy.algorithm import algorithm_of, entropy_weight
from data import solar_cells
from pipeline import VERSION
from pipeline.errors import InputError
from pipeline.report.album import NO_PICTURES
from pipeline.report.evaluation_section import class_rows, gate_rows, key_figures
from pipeline.report.filters import FILTERS
from pipeline.report.limits import limits_of
from pipeline.report.material import Material
from pipeline.report.output import TEMPLATES
from pipeline.report.policy_limits import policy_limits
from pipeline.report.returns_section import action_rows, return_figures, return_rows, rival_section
from pipeline.settings.backbone import BackboneConfig
from pipeline.settings.environment import DECISION
from pipeline.settings.policy import PolicyConfig

_SPECIAL = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)|^[#=]|^[+-](?=[ +-]|$)|(?<=^\d)[.)](?= |$)")
"""Markup wherever it stands; underscores at the edge of a word; what would begin a list or a title."""
_WORST_SHOWN = 5


def render_card(material: Material) -> str:
    """The whole file."""
    config, summary = material.record.config(), material.summary
    data = config.get("data", {})
    template = "policy_card.md.j2" if material.is_policy else "model_card.md.j2"
    return (
        _environment()
        .get_template(template)
        .render(
            name=config.get("name", "graft"),
            record=material.record,
            config=config,
            data=data,
            licence=solar_cells.LICENCE if data.get("source") == "solar_cells" else None,
            fingerprint=_fingerprint(material),
            summary=summary,
            evaluation=material.evaluation,
            trunks=list(_trunks(material)),
            gates=gate_rows(material, NO_PICTURES),
            version=VERSION,
            **(_of_policy if material.is_policy else _of_classifier)(material),
        )
    )


def _of_classifier(material: Material) -> dict[str, Any]:
    evaluation = material.evaluation
    return {
        "has_pictures": True,
        "figures": key_figures(evaluation),
        "classes": class_rows(evaluation),
        "worst": evaluation.get("worst_slices", [])[:_WORST_SHOWN],
        "limits": limits_of(material.summary),
    }


def _of_policy(material: Material) -> dict[str, Any]:
    evaluation, rivals = material.evaluation, rival_section(material.evaluation)
    return {
        "has_pictures": bool(material.summary.get("data", {}).get("counts")),
        "figures": return_figures(evaluation, material.episodes),
        "actions": action_rows(evaluation),
        "slices": return_rows(evaluation),
        "rivals": rivals,
        "limits": policy_limits(material.summary, rivals),
        **_learner_of(material.record.config()),
    }


def _learner_of(config: dict[str, Any]) -> dict[str, Any]:
    """`algorithm` and weight of the `entropy` that held, whether they were named or left to Graft."""
    asked = config.get("policy", {})
    named = {key: asked[key] for key in ("algorithm", "entropy") if key in asked}
    policy = PolicyConfig.model_validate(named)
    algorithm = algorithm_of(policy, config.get("environment", {}).get("id") == DECISION)
    return {"algorithm": algorithm, "entropy": entropy_weight(policy, algorithm)}


def escaped(text: str) -> str:
    """Text as Markdown that shows it as it is, on one line: no markup, no HTML, no cell of a table."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\g<0>", plain)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,  # it is no HTML: every value goes through `escaped`
        finalize=lambda value: escaped(value) if isinstance(value, str) and not _is_markup(value) else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    environment.filters["code"] = _code
    return environment


def _is_markup(value: str) -> bool:
    return isinstance(value, Markup)


def _code(value: Any) -> Markup:
    """As code, with a fence that is longer than any in it."""
    text = " ".join(str(value).split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    room = " " if len(fence) > 1 else ""
    return Markup(f"{fence}{room}{text}{room}{fence}".replace("|", "\\|"))


def _fingerprint(material: Material) -> str | None:
    """Of the files that were read."""
    examples = material.made.get("ImageExampleGen.examples")
    return examples.properties.get("input_fingerprint") if examples else None


def _trunks(material: Material) -> Iterator[dict[str, Any]]:
    """Each trunk that was trained: `name`, `size`, `digest` of its weights, and what is known of those."""
    executions = material.metadata.of_run(material.record.id) if material.metadata else []
    for execution in executions:
        told = json.loads(execution.properties.get("custom_config", "{}")) or {}
        if execution.node.partition(".")[0] == "Trainer" and "fingerprint" in told:
            name, size, digest = told["fingerprint"].rsplit(" ", 2)
            backbone = told["backbone"]  # as text in some versions
            config = BackboneConfig.model_validate(
                json.loads(backbone) if isinstance(backbone, str) else backbone
            )
            yield {"name": name, "size": size, "digest": digest, **_weights(config)}


def _weights(config: BackboneConfig) -> dict[str, Any]:
    """`where` they came from, and `licence` and `parameters` where those are known."""
    unknown = {"where": config.model or config.weights, "licence": None, "parameters": None}
    try:
        backbone = choose_backbone(config)
    except InputError:  # it was there when the run began
        return unknown
    weights = backbone.weights
    package = f"{weights.where} {weights.package}" if isinstance(weights, PackageWeights) else weights.where
    licence = getattr(weights, "licence", None) or None
    return {"where": package, "licence": licence, "parameters": backbone.parameters}
