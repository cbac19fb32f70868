"""Plain Git as a forge: a reviewer says yes to a proposal by `git merge`, and no by deleting its branch.

Where a promotion asks for approvals, people say yes by signed commits on top of the proposal: see `setpoint approve`.
"""

from reconciler.forges.branches import ProposalBranches


class GitForge(ProposalBranches):
    """Proposals of one environment to the watched branch of a repository, on branches and nothing else.

    Args:
        repository: the repository.
        environment: the environment's name.
        branch: the watched branch's name.
        signing_key: signs what is committed here; then only proposals that it has signed are merged, since whoever
            may push to their branches could put something else in their place.

    Raises:
        Refused: one of the names isn't one.
    """

    _takes_approvals = True
