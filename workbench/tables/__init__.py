"""Tables over columns of numbers and texts that stay fluid with millions of rows."""
