"""What `scripts/bench` measures besides imports and pages."""
