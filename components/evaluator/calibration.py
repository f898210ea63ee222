"""Whether probabilities of some pictures mean what they say, as served and as they were before scaling."""

from typing import Any

from components import calibration
from components.answers import Answers


def calibration_of(answers: Answers, temperature: float) -> dict[str, Any]:
    """What `components.calibration` finds.

    Args:
        answers: of some pictures.
        temperature: by what the model's logits were divided.

    Returns:
        `temperature`; `ece`, the expected calibration error as served; `ece_uncalibrated`, at temperature 1;
        `band_95`, what a perfectly calibrated model would show; `bins`, those that hold answers, each with
        `up_to` (its largest confidence), `count`, `accuracy` and mean `confidence`.
    """
    before = calibration.without_temperature(answers.probabilities, temperature)
    served = calibration.reliability(answers.probabilities, answers.labels)
    bins = [
        {
            "up_to": (place + 1) / calibration.BINS,
            "count": int(count),
            "accuracy": right / count,
            "confidence": confidence / count,
        }
        for place, (count, right, confidence) in enumerate(served.T.tolist())
        if count
    ]
    uncalibrated = calibration.reliability(before, answers.labels)
    return {
        "temperature": temperature,
        "ece": calibration.expected_calibration_error(served),
        "ece_uncalibrated": calibration.expected_calibration_error(uncalibrated),
        "band_95": calibration.perfect_band(served),
        "bins": bins,
    }
