"""Proofs of the window: random hands on it while it trains, and hours of work with memory and handles watched."""
