"""The Runs page: all runs of the workspace, one in detail, several compared."""

from workbench.pages.runs.page import RunsPage

__all__ = ["RunsPage"]
