"""Setpoint's reconciler: keeps a machine-learning system at the state that a Git repository describes.

The rooms, from the street to the cellar (an import may only go downwards, and import-linter holds it): `cli` > `wiring`
> `loop` > `status` > `compose | plan | controllers | providers | watched | lease` > `ports | git | yaml` >
`model`; `docs/architecture.md` has all of them.
"""
