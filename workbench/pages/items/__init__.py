"""The Items page: a map of the catalogue, one item, its neighbours and who met it."""

from __future__ import annotations

from workbench.pages.items.page import ItemsPage

__all__ = ["ItemsPage"]
