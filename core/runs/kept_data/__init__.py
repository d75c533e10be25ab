"""Data sets that the workspace keeps: what was read and cleaned once is opened again without doing either."""
