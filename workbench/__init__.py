"""The Qt application over `core`."""
