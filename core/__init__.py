"""Rankscope's engine: interactions in, trained and measured rankings out; no Qt anywhere."""

__version__ = "0.1.0"
