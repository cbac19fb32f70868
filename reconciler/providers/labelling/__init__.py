"""Labelling tools: where people are asked about examples, and answer."""
