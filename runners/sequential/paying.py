"""When a training pays, and which of the models that were trained is to serve.

Whether a model that has aged is worth a training can't be known: it depends on how long the change lasts. It is the
problem of renting skis: who buys once the rents so far come up to the price never pays more than twice what the best
choice would have cost (Karlin et al., 1988, https://doi.org/10.1007/BF01762111). The rent is the regret: the loss above
what a new model would have. Nobody has that one; what is known is what each training promised (its held-out losses),
and by how much the first chunk after each was worse than that.

So after each chunk with outcomes a training is due where both hold:

* the evidence that the losses are higher than they were has crossed what is stated (`exchangeable`), so that rows
  without drift are trained on again no more often than that;
* the regret since it began, with what the newest chunk would add in as long a time as the model has served, is as large
  as the price.

Models that were trained are kept, and score the chunks whose outcomes come, which costs no training. The one with the
least loss of late serves: a training on a bad chunk is taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from runners.sequential.bounded import Values, checked, probability
from runners.sequential.detection import by_rate
from runners.sequential.exchangeable import Chunks, begun, held

KEPT = 8
"""Models that may serve again."""
PATIENCE = 2
"""Trainings that weren't enough, after which a new model is thought to be no better than the last one promised."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a training costs, and what is stated."""

    price: float
    """Of a training, in losses: 50.0 is as bad as fifty wrong answers."""
    rate: float = 0.05
    """The share of models that are ever trained anew though nothing has changed."""
    ahead: float = 0.5
    """How long a regret goes on: so many times as long as the model has served."""
    memory: float = 0.5
    """What a chunk counts beside the one after it, where models are compared."""
    caution: float = 2.0
    """By how much the price is thought higher after each training that wasn't enough."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What is known of the model that serves, and of those before it."""

    model: int
    promised: float
    """The mean of its held-out losses, or of those on the chunk since which it serves again."""
    level: float
    """The mean loss that a new model is thought to have."""
    chunks: Chunks
    seen: int = 0
    """Chunks with outcomes since it serves."""
    regret: float = 0.0
    """Losses above the level, since they began."""
    newest: float = 0.0
    """Those of the newest chunk."""
    tries: int | None = None
    """Trainings since the evidence crossed that weren't enough; None while nothing is known to have changed."""
    fresh: bool = True
    """Whether no chunk with outcomes has come since it was trained."""
    gaps: tuple[float, ...] = ()
    """By how much the mean loss on the first chunk after each training was above what was promised."""
    leads: Mapping[int, float] = field(default_factory=dict)
    """By how much each model that was kept has been better of late, by its number: mean losses of chunks."""


def began(model: int, held_out: Values) -> Serving:
    """Return what is known of the first model.

    Args:
        model: its number.
        held_out: its losses on rows that it didn't learn from, from 0 to 1, shape [rows].

    Raises:
        ValueError: a loss isn't between 0 and 1, or there is none.
    """
    losses = _some(held_out)
    return Serving(model, float(losses.mean()), float(losses.mean()), begun(losses))


def trained(former: Serving, model: int, held_out: Values, newest: Mapping[int, Values]) -> Serving:
    """Return what is known after a training: the new model serves, if it is better than those before.

    Args:
        former: what was known before.
        model: the number of the new one.
        held_out: its losses on rows of the newest chunk that it didn't learn from.
        newest: losses on that chunk of the models before, by their numbers; that of the one that serves is among them.

    Raises:
        ValueError: a loss isn't between 0 and 1, or there is none.
    """
    promised = float(_some(held_out).mean())
    expected = promised + _gap(former.gaps)
    leads = {number: expected - float(_some(losses).mean()) for number, losses in newest.items()}
    kept = dict(sorted(leads.items())[-KEPT:])
    has_crossed = former.chunks.evidence.crossed is not None
    tries = 0 if former.tries is None or has_crossed else former.tries + 1
    level = promised if tries >= PATIENCE else min(promised, former.level)
    new = Serving(model, promised, level, begun(checked(held_out)), tries=tries, gaps=former.gaps, leads=kept)
    best = _best(new, newest)
    return best if best.model == model else replace(best, chunks=begun(checked(newest[best.model])))


def served(former: Serving, losses: Mapping[int, Values], terms: Terms, seed: int) -> Serving:
    """Return what is known after one more chunk with outcomes; one without rows tells nothing.

    Args:
        former: what was known before.
        losses: on the chunk, from 0 to 1, shape [rows]: of the model that serves and of those kept, by their numbers.
        terms: the price and what is stated.
        seed: of the lots that decide among ties.

    Raises:
        ValueError: a loss isn't between 0 and 1.
    """
    rows = checked(losses[former.model])
    if not len(rows):
        return former
    mean, gaps = float(rows.mean()), former.gaps
    if former.fresh:
        gaps = (*gaps, mean - former.promised)
    newest = len(rows) * (mean - former.level - _gap(gaps))
    chunks = held(former.chunks, rows, by_rate(probability(terms.rate, "the rate")), seed)
    leads = {
        number: terms.memory * lead + mean - float(_some(losses[number]).mean())
        for number, lead in former.leads.items()
    }
    regret, seen = max(0.0, former.regret + newest), former.seen + 1
    tries = former.tries if newest > 0.0 else None
    later = replace(
        former, chunks=chunks, seen=seen, regret=regret, newest=newest, tries=tries, gaps=gaps, leads=leads, fresh=False
    )
    return _best(later, losses)


def is_due(serving: Serving, terms: Terms) -> bool:
    """Tell whether a training pays."""
    has_crossed = serving.chunks.evidence.crossed is not None
    if not has_crossed and serving.tries is None:
        return False
    expected = serving.regret + terms.ahead * serving.seen * max(0.0, serving.newest)
    return expected >= terms.price * (1.0 if has_crossed else terms.caution ** (serving.tries or 0))


def _best(serving: Serving, newest: Mapping[int, Values]) -> Serving:
    """Let the model serve that leads, if one does: it is held against the newest chunk from then on."""
    model, lead = max(serving.leads.items(), key=lambda one: one[1], default=(serving.model, 0.0))
    if lead <= 0.0:
        return serving
    losses = _some(newest[model])
    leads = {number: other - lead for number, other in serving.leads.items() if number != model}
    leads[serving.model] = -lead
    return replace(serving, model=model, promised=float(losses.mean()), fresh=False, leads=leads)


def _gap(gaps: tuple[float, ...]) -> float:
    """Return the median, the lower of two: the chunk after a change says nothing of the next."""
    return max(0.0, sorted(gaps)[(len(gaps) - 1) // 2]) if gaps else 0.0


def _some(losses: Values) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    found = checked(losses)
    if not len(found):
        raise ValueError("there is no loss: without one nobody knows what a model promised")
    return found
