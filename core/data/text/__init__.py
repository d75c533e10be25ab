"""Text to fields: blocks of whole lines, what parts them, an exact splitter and fast ones that must agree with it."""
