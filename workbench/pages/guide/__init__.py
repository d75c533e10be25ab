"""The Guide page: the field's ideas in words, each beside a drawing that can be played with."""

from __future__ import annotations

from workbench.pages.guide.page import GuidePage

__all__ = ["GuidePage"]
