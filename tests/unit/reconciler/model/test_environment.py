"""One environment: providers, variables, limits."""

import pytest
from pydantic import ValidationError

from reconciler.model.environment import DeletionBudget, Environment, ProviderChoice


def test_the_default_needs_nothing_installed() -> None:
    environment = Environment()
    chosen = (environment.data, environment.pool, environment.serving, environment.forge)
    assert [choice.provider for choice in chosen] == ["git", "local", "local", "git"]
    assert all(choice.options == {} for choice in chosen)


def test_what_stands_beside_a_providers_name_are_its_options() -> None:
    choice = ProviderChoice.model_validate({"provider": "lakefs", "endpoint": "http://x", "retries": 3})
    assert choice.options == {"endpoint": "http://x", "retries": 3}


def test_a_budget_of_deletions_has_bounds() -> None:
    assert DeletionBudget(number=0, share=1.0).number == 0
    for wrong in ({"number": -1}, {"share": 1.1}, {"shares": 0.5}):
        with pytest.raises(ValidationError):
            DeletionBudget.model_validate(wrong)


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError):
        Environment.model_validate({"varables": {}})
