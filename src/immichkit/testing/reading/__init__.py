"""Looking into uploaded files: when, where and with what they were taken, and how they look."""

from __future__ import annotations
