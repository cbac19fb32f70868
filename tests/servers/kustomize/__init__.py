"""Kustomize, as people render manifests: the program alone, no server."""
