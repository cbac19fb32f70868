"""Errors carry their facts, and are the standard library's they resemble."""

from runners.models import ModelInputError, ModelRefused


def test_errors_carry_what_where_and_what_to_do() -> None:
    refused = ModelRefused("the digest differs", "model.onnx", "restore it")
    assert (refused.what, refused.where, refused.fix, str(refused)) == (
        "the digest differs", "model.onnx", "restore it", "the digest differs"
    )  # fmt: skip
    asked = ModelInputError("age is missing", "age")
    assert (asked.what, asked.where) == ("age is missing", "age")
    assert isinstance(refused, ValueError)
    assert isinstance(asked, ValueError)
