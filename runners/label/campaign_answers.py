"""The answers to a campaign: those that count, held against gold questions, a model's words and what came before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runners.label.campaigns import counted
from runners.label.examples import Examples
from runners.label.formats import read_exports
from runners.label.gain import gain_of, split
from runners.label.kinds import kind_of
from runners.label.known import judged, known_answers
from runners.label.matching import Matched, match
from runners.label.parameters import Exports, Parameters
from runners.label.prelabels import FILE, facts_of, kept_in, write_kept
from runners.label.questions import Answered, Question


def answers_of_campaign(
    params: Parameters, place: Exports, examples: Examples, folder: Path, gold: str | None
) -> tuple[Matched, dict[str, Any]]:
    """Return what was said of examples whose answer isn't known, and what facts tell beside the labels.

    Args:
        params: which answers count.
        place: where they are.
        examples: the examples of the dataset.
        folder: where it is written which answers keep a model's.
        gold: URL of the labels that hold the known answers.

    Raises:
        InputError: the answers or the known ones are wrong.
        SourceUnavailable: they are out of reach.
    """
    campaign = params.campaign
    assert campaign is not None

    def given() -> Iterator[Answered]:
        return counted(read_exports(place, params.answer), campaign)

    matched, told = match(given(), examples), dict[str, Any]()
    known = known_answers(campaign.gold, gold) if campaign.gold else {}
    former = split(given(), given(), examples, campaign.gain) if campaign.gain else None
    if campaign.gold:
        found = judged(matched, known, campaign.gold)
        matched, told["gold"] = found.matched, found.facts
        former = judged(former, known, campaign.gold).matched if former else None
    if campaign.gain:
        kind = kind_of(params, matched)
        nothing = {"answers": campaign.gain, "examples": 0, "changed": 0, "share": None, "interval": None}
        told["gain"] = gain_of(kind, matched, former, campaign.gain) if former else nothing
    if campaign.prelabelled:
        kept = [one for one in kept_in(place.url, Question(campaign.question)) if one.example not in known]
        write_kept(folder / FILE, kept)
        told["prelabels"] = facts_of(kept)
    return matched, told
