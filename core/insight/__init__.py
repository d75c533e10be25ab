"""What the inspectors show, computed without Qt: unknown users, similar items, reasons."""
