"""Findings of pydantic in words: what was expected, what is there."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from runners.contract.mistakes import choices, listed, said, shown, wanted


class Kind(Enum):
    ONE = "one"
    TWO = "two or three"


class Odd(BaseModel, extra="forbid"):
    """A model with a field for each constraint."""

    name: str = Field(default="", pattern=r"^x+$", description="What it is called. It is told.")
    bare: str = Field(default="", pattern=r"^x+$")
    secret: str = Field(default="", pattern=r"^\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}$")
    kind: Kind = Kind.ONE
    flag: Literal["", "it's", "b", False, None] = "b"
    count: int = Field(default=3, ge=2, lt=9)
    share: float = Field(default=0.5, gt=0, le=1, allow_inf_nan=False)
    when: datetime | None = None
    letters: Annotated[str, Field(min_length=2, max_length=3)] = "ab"
    parts: list[int] = Field(default=[1], min_length=1, max_length=2)
    table: dict[str, int] = {}
    on: bool = True
    needed: int

    @field_validator("table")
    @classmethod
    def _holds(cls, value: dict[str, int]) -> dict[str, int]:
        if "x" in value:
            raise ValueError("x is none of ours: leave it out")
        return value


def finding(**values: Any) -> Any:
    with pytest.raises(ValidationError) as caught:
        Odd.model_validate({"needed": 1, **values})
    return caught.value.errors(include_url=False)[0]


CASES: list[tuple[dict[str, Any], str]] = [
    ({"name": "y"}, "expected what the field holds (what it is called), not `y`"),
    ({"bare": "y"}, "expected a text of another form, not `y`"),
    ({"secret": "hunter2"}, "expected the name of a secret, `${secret:NAME}`, not the text that is there"),
    ({"kind": "three"}, "expected one or two or three, not `three`"),
    ({"flag": "c"}, "expected it's, b, false or nothing, not `c`"),
    ({"count": 1}, "must be at least 2, and is 1"),
    ({"count": 9}, "must be below 9, and is 9"),
    ({"count": True}, "must be at least 2, and is `true`"),
    ({"count": 2.5}, "expected a whole number, not the number 2.5"),
    ({"share": 0}, "must be above 0, and is 0"),
    ({"share": 1.5}, "must be at most 1, and is 1.5"),
    ({"share": float("nan")}, "expected a finite number, not the number nan"),
    ({"when": "soon"}, "expected a moment such as 2026-01-31T09:00:00Z, not `soon`"),
    ({"when": []}, "expected a moment such as 2026-01-31T09:00:00Z, not a list"),
    ({"letters": "a"}, "it may have at least 2 characters"),
    ({"letters": "abcd"}, "it may have at most 3 characters"),
    ({"parts": []}, "it may not be empty"),
    ({"parts": [1, 2, 3]}, "it may have at most 2 entries"),
    ({"parts": "a"}, "expected a list, not `a`"),
    ({"table": {"x": 1}}, "x is none of ours: leave it out"),
    ({"table": None}, "expected a mapping, not nothing"),
    ({"on": "perhaps"}, "expected true or false, not `perhaps`"),
    ({"needed": None}, "expected a whole number, not nothing"),
    ({"other": 1}, "there is no such field"),
]


@pytest.mark.parametrize(("values", "words"), CASES, ids=str)
def test_words(values: dict[str, Any], words: str) -> None:
    (name,) = values
    about = (Odd.model_fields[name].description or "") if name in Odd.model_fields else ""
    assert said(finding(**values), about)[0] == words


def test_what_is_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        Odd.model_validate({})
    assert said(caught.value.errors()[0])[0] == "it is missing"


def test_an_expression_of_others_is_told_behind_the_words() -> None:
    assert said(finding(name="y"), "What it is called.")[1] == "its form is ^x+$"


def test_what_is_wanted_follows_expected() -> None:
    assert wanted(finding(letters="a")) == "a text of at least 2 characters"
    assert wanted(finding(parts=[1, 2, 3])) == "a list of at most 2 entries"
    assert wanted(finding(count=1)) == "at least 2"
    assert wanted({"type": "from_elsewhere", "input": 1}, "A colour. Or so") == "what the field holds (a colour)"
    assert wanted({"type": "from_elsewhere", "input": 1}) == "another value"


def test_choices() -> None:
    assert choices(finding(kind="x")) == ["one", "two or three"]
    assert choices(finding(count=1)) == []
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b or c"
    assert listed([]) == "another value"


def test_values() -> None:
    assert [shown(one) for one in (None, True, 3, "", {}, (), object)] == [
        *("nothing", "`true`", "the number 3", "an empty text", "a mapping", "a list", "this")
    ]
