"""Setpoint's reconciler: keeps a machine-learning system at the state that a Git repository describes.

The rooms, from the street to the cellar (an import may only go downwards, and import-linter holds it):
`cli` > `wiring` > `loop` > `compose | plan | controllers | providers | gitstore` > `ports | settings | git` > `model`.
"""
