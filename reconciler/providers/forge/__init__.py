"""Forges: where changes to the repository wait for a review."""
