"""Stacks, decided: which assets belong together, which of them is the parent, and why."""
