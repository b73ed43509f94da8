"""The acting half: requests sent, files written. Its pure counterpart decides."""
