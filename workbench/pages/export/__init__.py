"""The Export page: what of a run, with which options, to where."""

from workbench.pages.export.page import ExportPage

__all__ = ["ExportPage"]
