"""Predefined: the parts come in files of their own; a missing validation part is taken from training."""

from __future__ import annotations

import numpy as np

from core.data.interactions import no_events
from core.errors import UsageError
from core.splits.by_chance import draw_validation
from core.splits.parts import Material, Parts, counted
from core.splits.settings import PredefinedSettings


def predefined(material: Material, settings: PredefinedSettings) -> Parts:
    """The parts as given; without a validation file, the last event of each user that has two, or a seeded share.

    Raises:
        UsageError: there is no test part.
    """
    if "train" not in material.given or "test" not in material.given:
        raise UsageError(
            code="usage.no-test",
            what="a predefined split needs a test file",
            where="split predefined",
            remedy="Name it with --test FILE, or choose another split",
        )
    train, test = material.given["train"], material.given["test"]
    nobody = no_events(train.n_users, train.n_items)
    if not material.validation:
        return Parts(train, nobody, test)
    if "validation" in material.given:
        return Parts(train, material.given["validation"], test)
    if material.interactions.ordered:
        taken = np.zeros(len(train), np.bool_)
        taken[train.indptr[1:][np.diff(train.indptr) >= 2] - 1] = True
    else:
        taken = draw_validation(train, settings.validation_share, material.generator)
    counts = counted(training_events_taken_for_validation=np.count_nonzero(taken))
    return Parts(train.select(~taken), train.select(taken), test, counts)
