"""Hypothesis for all tests: few examples by default, many with --hypothesis-profile=long; compiling is no timeout."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("short", max_examples=60, deadline=None)
settings.register_profile("long", max_examples=10_000, deadline=None)
settings.load_profile("short")
