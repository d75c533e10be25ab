"""Runs on disk: the workspace, the run folder, checkpoints, what was measured; all of it readable by itself."""
