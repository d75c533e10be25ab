"""Plots that follow the theme and stay fluid with a million points."""
