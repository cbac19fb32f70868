"""Training: one trial of an experiment, from rows to a model with its evidence.

Law of the room: every runner here walks the same way, `pipeline.train`: read → split → fit → accept → evaluate → leave.
Only fitting differs. Metrics are those of the exported model, loaded as a server would load it, on rows that the
fitting never saw. The same request leaves the same metrics, and where the library allows the same model to the bit.
"""
