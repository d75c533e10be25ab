"""Interactions: reading, cleaning, vocabularies, catalogue."""
