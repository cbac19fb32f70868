"""What is said on pull requests: the name by which branch rules ask for a status."""

from reconciler.model.reviews import context_of


def test_a_status_is_called_by_its_environment_as_rules_of_branches_ask_for_it() -> None:
    assert context_of("prod") == "setpoint/prod"
