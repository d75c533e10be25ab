"""Sample data, icons and texts that travel with Rankscope."""
