"""The holes in the wall: protocols of at most six verbs each, through which alone the world is seen and touched.

Law of the room: every verb that writes is idempotent by name; every listing is complete or raises
`reconciler.model.errors.Unavailable`, never short. Engines that live by themselves (Ray, Kubernetes) have an empty
`settle`; the embedded ones do in it what a cluster's own controllers would.
"""
