"""What is declared is told to editors as it is said in the file."""

from datetime import timedelta

from pydantic import Field

from reconciler.model.quantity import Duration
from reconciler.plugins import EmbeddedOptions, Options


class Some(Options):
    """Some options."""

    grace: Duration = Field(default=timedelta(minutes=90), description="How long.")
    name: str = Field(default="x", description="Who.")


def test_a_duration_s_default_is_written_as_the_file_says_it() -> None:
    told = Some.model_json_schema()["properties"]
    assert (told["grace"]["default"], told["name"]["default"]) == ("1h30m", "x")
    assert Some.model_validate({"grace": told["grace"]["default"]}) == Some()


def test_an_embedded_provider_has_a_folder() -> None:
    assert EmbeddedOptions.model_validate({"path": "here"}).path == "here"
