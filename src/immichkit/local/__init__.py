"""This computer's disk: blocking, and ignorant of the network."""
