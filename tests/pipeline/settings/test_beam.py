"""Flags of Beam's: all but those that hold a secret."""

import pytest

from pipeline.config_file import load_config
from pipeline.errors import InputError


@pytest.mark.parametrize(
    "flag",
    [
        "--s3_secret_access_key=hush",
        "--S3_ACCESS_KEY_ID=hush",
        "--s3_session_token=hush",
        "--azure_connection_string=hush",
    ],
)
def test_flag_with_a_secret_is_refused_and_not_shown(flag: str) -> None:
    with pytest.raises(InputError, match="environment instead") as refused:
        load_config(None, overrides=[f"beam.flags=[--runner=DirectRunner, {flag}]"])
    assert flag.partition("=")[0] in str(refused.value)
    assert "hush" not in str(refused.value)


def test_other_flags_are_taken() -> None:
    flags = ["--runner=FlinkRunner", "--flink_master=localhost:8081", "--temp_location", "token"]
    assert load_config(None, overrides=[f"beam.flags=[{', '.join(flags)}]"]).beam.flags == tuple(flags)
