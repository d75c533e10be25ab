"""Work off the GUI thread: the only package that makes threads."""
