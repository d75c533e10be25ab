"""Compiled hot loops, each with a plain reference that it is tested against."""
