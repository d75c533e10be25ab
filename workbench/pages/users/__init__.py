"""The Users page: one user through the eyes of a run, or of two."""

from __future__ import annotations

from workbench.pages.users.page import UsersPage

__all__ = ["UsersPage"]
