"""Questions and answers: what is asked of annotators, and what one of them said of a task."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from runners.label.answer import said_at_least, said_in, set_in, set_said, text_in, text_said
from runners.label.comparisons import comparison_in, comparison_said
from runners.label.marks import Marking, marked, marked_in, marking_of
from runners.label.rankings import ranking_in, ranking_said
from runners.label.scales import Said, Scale

Kind = Literal["label", "labels", "text", "ranking", "comparison"] | Marking
"""What an answer is: one label, a set of labels, a text, a ranking, which of two is better, or regions of a shape."""


_IN_RESULTS: Mapping[str, Callable[[Sequence[Mapping[str, Any]], str, str], Said | None]] = {
    "labels": set_in, "text": text_in, "ranking": ranking_in, "comparison": comparison_in,
}  # fmt: skip
_IN_VALUE: Mapping[str, Callable[[Any, str, str], Said | None]] = {
    "labels": set_said, "text": text_said, "ranking": ranking_said, "comparison": comparison_said,
}  # fmt: skip


class Answer(NamedTuple):
    """What one annotator said of a task. `given` sorts an annotator's answers by time, the last one counts.

    `is_truth` tells that the annotation is marked as the ground truth of its task.
    """

    annotator: str
    label: str
    given: str
    scale: Scale = "nominal"
    is_truth: bool = False


class Answered(NamedTuple):
    """A task, what it shows, and what was said of it; `source` is the name of the file that tells."""

    name: str
    source: str
    data: Mapping[str, Any]
    answers: tuple[Answer, ...]


class Question(NamedTuple):
    """What is asked, what an answer is, and which question is asked of each region for its text."""

    name: str
    kind: Kind = "label"
    transcript: str | None = None

    @property
    def marks(self) -> Marking | None:
        """Return the regions that an answer marks; None where it is a label, or a set of them."""
        return marking_of(self.kind)

    def in_results(self, results: Sequence[Mapping[str, Any]], where: str) -> Said | None:
        """Return what an annotation's results say to it.

        Raises:
            InputError: they say what is no such answer.
        """
        if self.marks:
            return marked_in(results, self.marks, self.name, where, self.transcript)
        return _IN_RESULTS.get(self.kind, said_in)(results, self.name, where)

    def in_value(self, value: Any, where: str) -> Said | None:
        """Return what the short form says to it.

        Raises:
            InputError: it is no such answer.
        """
        if self.marks:
            return marked(value, self.marks, self.name, where)
        return _IN_VALUE.get(self.kind, said_at_least)(value, self.name, where)
