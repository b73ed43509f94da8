# Written by scripts/mirror from src/immichkit/_async/__init__.py; edits are lost.
"""The acting half: requests sent, files written. Its pure counterpart decides."""
