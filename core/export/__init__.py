"""What leaves Rankscope: one file a target."""
