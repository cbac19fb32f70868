"""What a file comes to for one path."""

from reconciler.owners.rules import Demand, Owned, Owner


def test_all_whose_approval_counts_are_those_who_are_demanded_and_those_who_are_welcome() -> None:
    ada, grace, linus = (Owner(f"@{name}", person=name) for name in ("ada", "grace", "linus"))
    found = Owned(demands=(Demand(1, (ada,)), Demand(2, (grace,))), welcome=(linus,))
    assert found.owners == (ada, grace, linus)
