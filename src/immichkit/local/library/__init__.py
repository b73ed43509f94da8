"""The library in a SQLite file: its tables, how events change them, and how they are read."""
