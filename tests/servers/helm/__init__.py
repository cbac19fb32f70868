"""Helm, as people install charts: the program alone, no server."""
