"""Sync, decided: what to ask for, what a line means, what to apply and acknowledge, and when."""
