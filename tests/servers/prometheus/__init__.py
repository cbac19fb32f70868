"""Prometheus: collects the figures of pods that ask for it by their annotations."""
