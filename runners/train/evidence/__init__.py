"""Evidence: what a trial leaves beside its model, for those who judge it, serve it, watch it and trace it.

| file | for whom |
|---|---|
| `metrics.json`, `slices.json`, `curves/*.png`, `model-card.md` | those who judge the model |
| `params.json`, `environment.json`, `provenance.json` | those who trace it, or make it again |
| `examples.json` | the smoke test before a revision gets traffic |
| `reference.parquet` | the monitor, and the comparison with a later model |
| `seen.parquet` | that comparison: on which rows this model was trained or chosen |
| `background.json` (before the model is accepted) | who asks why a prediction is what it is |
"""

from runners.train.evidence.card import write_card
from runners.train.evidence.documents import write_documents
from runners.train.evidence.provenance import write_provenance
from runners.train.evidence.recordings import write_recordings
from runners.train.evidence.reference import write_reference
from runners.train.evidence.seen import write_seen
from runners.train.trained import Trained

__all__ = ["leave"]


def leave(trained: Trained) -> None:
    """Write all evidence into the trial's folder."""
    from runners.train.evidence.curves import draw_curves

    write_documents(trained)
    write_reference(trained)
    write_seen(trained)
    write_recordings(trained)
    write_provenance(trained)
    pictures = draw_curves(trained)
    write_card(trained, pictures)
