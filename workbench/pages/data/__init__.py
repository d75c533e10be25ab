"""The Data page: open, look, divide."""

from __future__ import annotations

from workbench.pages.data.page import DataPage

__all__ = ["DataPage"]
