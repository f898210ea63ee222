"""What every section of the config is: a frozen model that knows no other keys than its own."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
Severity = Literal["info", "warning", "error"]


class Section(BaseModel):
    """One section; illegal values and unknown keys fail on construction."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
