"""What a policy acts in: Graft's own environments of labelled pictures, and any that Gymnasium knows.

Gymnasium knows Graft's own once this is imported:
    gymnasium.make("graft/Decision-v0", pictures=pictures, costs=cost_table(config, pictures.classes))
    gymnasium.make("graft/Glimpse-v0", pictures=pictures, config=GlimpseConfig())
"""

import gymnasium
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from components.environments.making import make_env
from components.environments.names import DECISION, GLIMPSE
from components.environments.pictures import Pictures
from pipeline.errors import InputError
from pipeline.settings.environment import EnvironmentConfig

gymnasium.register(DECISION, "components.environments.decision:Decision")
gymnasium.register(GLIMPSE, "components.environments.glimpse:Glimpse")


def make_envs(
    config: EnvironmentConfig, count: int, pictures: Pictures | None = None, *, is_held_out: bool = False
) -> SyncVectorEnv:
    """Environments that are stepped together, each under guard. Whoever steps them resets those that ended.

    Args:
        config: which, and their settings.
        count: how many, 1 or more.
        pictures: that those of ours act on: `StoredPictures` for a decision, `LargePictures` for glimpses.
        is_held_out: for those of ours, the seed of a reset names its picture: of row `seed`, in view 0.
            Seeds 0 to pictures - 1 show each picture once. Else the seed draws picture and view.

    Raises:
        InputError: they cannot be made, or a policy cannot act in them.
    """
    try:
        return SyncVectorEnv(
            [lambda: make_env(config, pictures, is_held_out)] * count, autoreset_mode=AutoresetMode.DISABLED
        )
    except RuntimeError as error:
        raise InputError(
            f"environment `{config.id}` is made with other spaces every time. Give it fixed ones."
        ) from error
