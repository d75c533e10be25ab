"""The form's values at the end of the last session, model by model."""

from __future__ import annotations

import json
from typing import Any

from core.models import MODELS
from workbench.settings import Settings

Values = dict[str, dict[str, Any]]
OUTSIDE = ("data", "split")


class KeptForms:
    """Reads and writes them; what is damaged counts as absent.

    A model's values come back once a session, when it is first chosen: after that the form itself knows them.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: set[str] = set()

    def last(self) -> Values | None:
        """The values of the model that was shown last."""
        return self.recall(self._settings.text("train/model", "", tuple(MODELS)))

    def recall(self, model: str) -> Values | None:
        """The values of a model the first time they are asked for, else None."""
        if model in self._seen or model not in MODELS:
            return None
        self._seen.add(model)
        try:
            found = json.loads(self._settings.text(f"train/plan/{model}"))
        except ValueError:
            return None
        fits = isinstance(found, dict) and all(isinstance(each, dict) for each in found.values())
        return found if fits and found.get("model", {}).get("name") == model else None

    def keep(self, values: Values) -> None:
        """Write the values of the model that they name."""
        model = values["model"]["name"]
        self._seen.add(model)
        kept = {section: fields for section, fields in values.items() if section not in OUTSIDE}
        self._settings.keep("train/model", model)
        self._settings.keep(f"train/plan/{model}", json.dumps(kept))
