"""Splits: leave-last-out, by time, random, predefined files."""
