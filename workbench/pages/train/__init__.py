"""The Train page: a form on the left, what happens on the right."""

from __future__ import annotations

from workbench.pages.train.page import TrainPage

__all__ = ["TrainPage"]
