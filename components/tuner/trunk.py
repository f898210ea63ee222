"""One trunk for all trials: building it and reading its weights takes longer than training a head."""

from typing import Any

import keras
import numpy as np

from components.backbone import Backbone


class ReusedTrunk:
    """Stands in for a backbone; its trunk is always the same one, put back to its pre-trained weights."""

    def __init__(self, backbone: Backbone) -> None:
        self._backbone = backbone
        self._trunk = backbone.build_pretrained()
        self._pretrained = [np.array(variable) for variable in self._trunk.variables]

    def build_pretrained(self) -> keras.Model:
        """See `Backbone.build_pretrained`; models that were made of it before are spoilt by this."""
        for variable, value in zip(self._trunk.variables, self._pretrained, strict=True):
            variable.assign(value)
        return self._trunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backbone, name)
