"""What TFX is given: TFMA's own extractors, and the writer behind them."""

import pytest
from tfx.components.util import udf_utils

from components.evaluator import extractors
from components.evaluator.answer_writer import written_below
from components.evaluator.component import eval_config
from pipeline.settings.evaluator import EvaluatorConfig


@pytest.mark.parametrize("times", [1, 2])
def test_tfx_finds_the_writer_behind_tfmas_own(times: int) -> None:
    for _ in range(times):
        found = udf_utils.try_get_fn({"module_path": extractors.__name__}, "custom_extractors")
        assert found
    with written_below("somewhere"):
        stages = found(
            eval_shared_model=None, eval_config=eval_config(EvaluatorConfig()), tensor_adapter_config=None
        )
    assert [stage.stage_name for stage in stages][-2:] == ["ExtractSliceKeys", "WriteAnswers"]
