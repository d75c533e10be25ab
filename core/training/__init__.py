"""Training: the plan that defines a run, the events it emits, the loop in full view."""
