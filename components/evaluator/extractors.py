"""What TFX asks for TFMA's extractors.

It loads this module anew for each evaluation, so nothing may live in it.
"""

from typing import Any

import tensorflow_model_analysis as tfma

from components.evaluator.answer_writer import writer


def custom_extractors(**arguments: Any) -> list[tfma.extractors.Extractor]:
    """TFMA's own, and one that writes the answers.

    Args:
        arguments: `eval_shared_model`, `eval_config` and `tensor_adapter_config`, from TFX.
    """
    return [*tfma.default_extractors(**arguments), writer()]
