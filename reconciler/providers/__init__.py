"""Providers: the only rooms that import a vendor's SDK, each filling one port. They don't know each other."""
