"""What each call does, by the name of its operation in the description."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.contracts.github.accounts import APP, INSTALLATION, Accounts
from tests.contracts.github.documents import Documents
from tests.contracts.github.repository import ID, Pull, Repository

Json = Any
FIRST_ISSUE = 5001  # issues share their numbers with pull requests


@dataclass
class Asked:
    """A request that is understood: who asks, what, and with which values in the path, the query and the body."""

    login: str
    values: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Json = None


@dataclass
class Told:
    """An answer. `more` says that a list has another page."""

    status: int
    document: Json
    more: bool = False


class Calls:
    """The calls on a repository.

    Args:
        repository: the repository.
        documents: writes what is answered.
        accounts: who is known, and the App.
    """

    def __init__(self, repository: Repository, documents: Documents, accounts: Accounts) -> None:
        self._repository = repository
        self._accounts = accounts
        self._documents = documents

    def answer(self, operation: str, asked: Asked) -> Told:
        """Do what was asked."""
        return _CALLS[operation](self, asked)

    def user(self, asked: Asked) -> Told:
        """Answer `GET /user`."""
        return Told(200, self._documents.user(asked.login, "public-user"))

    def app(self, asked: Asked) -> Told:
        """Answer `GET /app`."""
        return Told(200, self._documents.app())

    def installation(self, asked: Asked) -> Told:
        """Answer with the App's installation on the repository."""
        if not self._accounts.is_installed:
            return _absent()
        return Told(200, self._documents.installation(self._accounts.granted))

    def token(self, asked: Asked) -> Told:
        """Make a token of the installation, of no more than it was granted, for repositories that it is on."""
        if not self._accounts.is_installed or asked.values["installation_id"] != str(INSTALLATION):
            return _absent()
        body = asked.body or {}
        if body.get("repositories", ["models"]) != ["models"]:
            words = (
                "There is at least one repository that does not exist or is not accessible to the parent installation."
            )
            return Told(422, self._documents.flaw(words))
        made = self._accounts.make(body.get("permissions"))
        if made is None:
            return Told(422, self._documents.flaw("The permissions requested are not granted to this installation."))
        return Told(201, made)

    def pulls(self, asked: Asked) -> Told:
        """List pull requests, the newest first; a filter without an owner is passed over."""
        query = asked.query
        state, head = query.get("state", "open"), query.get("head", "")
        found = [one for one in self._repository.pulls.values() if state in ("all", one.state)]
        found = [one for one in found if query.get("base", one.base) == one.base]
        if ":" in head:
            found = [one for one in found if head == f"{_owner(one)}:{one.branch}"]
        page, more = _page(sorted(found, key=lambda one: -one.number), query)
        return Told(200, [self._pull(one, "pull-request-simple") for one in page], more)

    def pull(self, asked: Asked) -> Told:
        """Answer with one pull request."""
        return self._with_pull(asked, lambda pull: Told(200, self._looked_at(pull)))

    def _looked_at(self, pull: Pull) -> Json:
        self._repository.compute(pull)
        return self._pull(pull)

    def open(self, asked: Asked) -> Told:
        """Open a pull request."""
        repository, body = self._repository, asked.body
        branch, base, heads = body["head"], body["base"], repository.heads
        for name, one in (("head", branch), ("base", base)):
            if one not in heads:
                return self._invalid(resource="PullRequest", field=name, code="invalid")
        if any(one.branch == branch and one.state == "open" and one.base == base for one in repository.pulls.values()):
            told = f"A pull request already exists for ada:{branch}."
            return self._invalid(resource="PullRequest", code="custom", message=told)
        if repository.is_merged(heads[branch], heads[base]):
            told = f"No commits between {base} and {branch}"
            return self._invalid(resource="PullRequest", code="custom", message=told)
        if not body.get("title"):
            return self._invalid(resource="Issue", field="title", code="missing_field")
        pull = repository.open(branch, base, body["title"], body.get("body", ""), asked.login)
        return Told(201, self._pull(pull))

    def change(self, asked: Asked) -> Told:
        """Change a pull request."""

        def changed(pull: Pull) -> Told:
            pull.title, pull.body = asked.body.get("title", pull.title), asked.body.get("body", pull.body)
            if pull.merged_at is None:
                pull.state = asked.body.get("state", pull.state)
            pull.touch()
            return Told(200, self._pull(pull))

        return self._with_pull(asked, changed)

    def merge(self, asked: Asked) -> Told:
        """Merge at once; while it isn't known whether that can be done, it can't."""

        def merged(pull: Pull) -> Told:
            repository = self._repository
            status, words = repository.obstacle(pull, asked.body.get("sha", ""))
            if status == 200 and not repository.compute(pull):
                status, words = 405, "Pull Request is not mergeable"
            if status != 200:
                return Told(status, {"message": words, "documentation_url": "https://docs.github.com/rest"})
            commit = repository.merge(pull, asked.body.get("commit_message", ""))
            return Told(200, {"sha": commit, "merged": True, "message": "Pull Request successfully merged"})

        return self._with_pull(asked, merged)

    def merge_by_and_by(self, asked: Asked) -> Told:
        """Take note of a merge that is wanted."""

        def noted(pull: Pull) -> Told:
            if pull.merged_at is not None:
                details = {"message": "Pull request is already merged.", "sha": pull.merge_commit}
                return Told(200, {"status": "merged", "details": details})
            if pull.state != "open" or pull.is_draft:
                words = "Pull request is closed." if pull.state != "open" else "Pull request is a draft."
                return Told(400, {"status": "failed", "details": {"message": words}})
            if pending := self._repository.pending(pull):
                return Told(409, self._documents.merge_result(pending))
            body = asked.body or {}
            made = self._repository.ask(pull, body.get("sha", ""), body.get("commit_message", ""))
            return Told(202, self._documents.merge_result(made))

        return self._with_pull(asked, noted)

    def merge_result(self, asked: Asked) -> Told:
        """Answer what has become of a merge that was asked for."""
        found = self._repository.merges.get(asked.values["uuid"])
        if found is None or str(found.pull.number) != asked.values["pull_number"]:
            return _absent()
        return Told(200, self._documents.merge_result(found))

    def reviews(self, asked: Asked) -> Told:
        """List reviews, the oldest first."""
        page, more = _page(self._repository.reviews.get(int(asked.values["pull_number"]), []), asked.query)
        return Told(200, [self._documents.review(**one) for one in page], more)

    def permission(self, asked: Asked) -> Told:
        """Answer what somebody may do to the repository; of who has no account there is none."""
        person = asked.values["username"]
        if person.endswith("[bot]"):
            return _absent()
        return Told(200, self._documents.permission(person, self._accounts.people.get(person, "none")))

    def comments(self, asked: Asked) -> Told:
        """List comments, the oldest first."""
        page, more = _page(self._repository.comments.get(int(asked.values["issue_number"]), []), asked.query)
        return Told(200, [self._documents.comment(**one) for one in page], more)

    def comment(self, asked: Asked) -> Told:
        """Comment on a pull request."""
        number = int(asked.values["issue_number"])
        if number not in self._repository.pulls and number not in self._repository.issues:
            return _absent()
        count = sum(map(len, self._repository.comments.values()))
        made = {"number": 9001 + count, "author": asked.login, "body": asked.body["body"]}
        self._repository.comments.setdefault(number, []).append(made)
        if number in self._repository.pulls:
            self._repository.pulls[number].touch()
        return Told(201, self._documents.comment(**made))

    def issues(self, asked: Asked) -> Told:
        """List issues, the newest first, and pull requests among them."""
        wanted, repository = asked.query, self._repository
        pulls = [
            {**self._documents.issue(one.number, one.author, title=one.title, body=one.body, state=one.state),
             "pull_request": {"url": "", "html_url": "", "diff_url": "", "patch_url": ""}}
            for one in repository.pulls.values() if wanted.get("creator", one.author) == one.author
        ]  # fmt: skip
        found = [
            self._documents.issue(number, **one)
            for number, one in sorted(repository.issues.items(), reverse=True)
            if wanted.get("creator", one["author"]) == one["author"]
            and wanted.get("state", "open") in ("all", one["state"])
        ]
        page, more = _page([*found, *pulls], wanted)
        return Told(200, page, more)

    def open_issue(self, asked: Asked) -> Told:
        """Open an issue."""
        number = FIRST_ISSUE + len(self._repository.issues)
        told = {"title": asked.body["title"], "body": asked.body.get("body", ""), "state": "open"}
        self._repository.issues[number] = {**told, "author": asked.login}
        return Told(201, self._documents.issue(number, **self._repository.issues[number]))

    def change_issue(self, asked: Asked) -> Told:
        """Change an issue."""
        number = int(asked.values["issue_number"])
        if number not in self._repository.issues:
            return _absent()
        self._repository.issues[number] |= asked.body
        return Told(200, self._documents.issue(number, **self._repository.issues[number]))

    def change_comment(self, asked: Asked) -> Told:
        """Write a comment anew."""
        for comments in self._repository.comments.values():
            for one in comments:
                if str(one["number"]) == asked.values["comment_id"]:
                    one["body"] = asked.body["body"]
                    return Told(200, self._documents.comment(**one))
        return _absent()

    def events(self, asked: Asked) -> Told:
        """List what was done to the labels of a pull request, the oldest first."""
        page, more = _page(self._repository.events.get(int(asked.values["issue_number"]), []), asked.query)
        return Told(200, [self._documents.event(*one) for one in page], more)

    def label(self, asked: Asked) -> Told:
        """Set labels on a pull request."""
        pull = self._repository.pulls.get(int(asked.values["issue_number"]))
        if pull is None:
            return _absent()
        for name in asked.body["labels"]:
            if name not in pull.labels:
                self._labelled(pull, "labeled", name, asked.login)
                pull.labels.append(name)
        return Told(200, [self._documents.label(name) for name in pull.labels])

    def unlabel(self, asked: Asked) -> Told:
        """Take a label off a pull request."""
        pull, name = self._repository.pulls.get(int(asked.values["issue_number"])), asked.values["name"]
        if pull is None or name not in pull.labels:
            return Told(404, {"message": "Label does not exist", "documentation_url": "https://docs.github.com/rest"})
        self._labelled(pull, "unlabeled", name, asked.login)
        pull.labels.remove(name)
        return Told(200, [self._documents.label(name) for name in pull.labels])

    def _labelled(self, pull: Pull, event: str, name: str, login: str) -> None:
        self._repository.events.setdefault(pull.number, []).append((event, name, login))
        pull.touch()

    def judge(self, asked: Asked) -> Told:
        """Give a commit a status."""
        statuses = self._repository.statuses.setdefault(asked.values["sha"], [])
        line = asked.body.get("description") or ""
        if len(line) > 140:
            return self._invalid(resource="Status", code="custom", message="description is too long (maximum is 140)")
        if asked.body.get("target_url") == "":
            return self._invalid(resource="Status", code="custom", message="Target url must use http(s) scheme")
        statuses.insert(0, {"context": "default", **asked.body, "id": 1 + len(statuses)})
        return Told(201, self._documents.status(statuses[0], "status"))

    def statuses(self, asked: Asked) -> Told:
        """List the newest status of every context of a commit."""
        newest: dict[str, Json] = {}
        for one in self._repository.statuses.get(asked.values["ref"], []):
            newest.setdefault(one["context"], one)
        page, more = _page(list(newest.values()), asked.query)
        return Told(200, self._documents.combined(asked.values["ref"], list(newest.values()), page), more)

    def runs(self, asked: Asked) -> Told:
        """List the check runs of a commit: of each name the newest of each suite, unless all are asked for."""
        found = self._repository.runs.get(asked.values["ref"], [])
        if asked.query.get("filter", "latest") == "latest":
            newest = {(one["name"], one["suite"]): one for one in reversed(found)}
            found = list(newest.values())[::-1]
        page, more = _page(found, asked.query)
        runs = [self._documents.check_run(asked.values["ref"], one) for one in page]
        return Told(200, {"total_count": len(found), "check_runs": runs}, more)

    def report(self, asked: Asked) -> Told:
        """Make a check run of a commit: an App alone may."""
        return Told(201, self._documents.check_run(asked.body["head_sha"], self._repository.report(asked.body, APP)))

    def report_more(self, asked: Asked) -> Told:
        """Change a check run: its annotations are more of them."""
        commit, run = self._repository.reported(int(asked.values["check_run_id"]))
        if run is None:
            return _absent()
        run["annotations"] += asked.body.get("output", {}).get("annotations", [])
        return Told(200, self._documents.check_run(commit, run))

    def branch(self, asked: Asked) -> Told:
        """Answer with a branch: that it is protected, and by which checks."""
        name, heads = asked.values["branch"], self._repository.heads
        protection = self._repository.protection if name == "main" else None
        return Told(200, self._documents.branch(name, heads[name], protection)) if name in heads else _absent()

    def rules(self, asked: Asked) -> Told:
        """List the rules of rulesets that hold for a branch."""
        rulesets = self._repository.rulesets.items() if asked.values["branch"] == "main" else ()
        found = [
            self._documents.rule(number, kind, parameters)
            for number, rules in rulesets
            for kind, parameters in rules.items()
            if kind != "bypass"
        ]
        page, more = _page(found, asked.query)
        return Told(200, page, more)

    def ruleset(self, asked: Asked) -> Told:
        """Answer with a ruleset, and whether who asks may go past it; nothing of that to some."""
        number = int(asked.values["ruleset_id"])
        found = self._repository.rulesets.get(number)
        return _absent() if found is None else Told(200, self._documents.ruleset(number, found.get("bypass", "never")))

    def members(self, asked: Asked) -> Told:
        """List the members of a team."""
        found = self._accounts.teams.get(f"{asked.values['org']}/{asked.values['team_slug']}")
        if found is None:
            return _absent()
        page, more = _page([self._documents.member(login) for login in found], asked.query)
        return Told(200, page, more)

    def _with_pull(self, asked: Asked, call: Callable[[Pull], Told]) -> Told:
        pull = self._repository.pulls.get(int(asked.values["pull_number"]))
        return call(pull) if pull else _absent()

    def _pull(self, pull: Pull, kind: str = "pull-request") -> Json:
        base = self._repository.heads[pull.base]
        return self._documents.pull(pull, base, rule=self._repository.rule, kind=kind)

    def _invalid(self, **error: str) -> Told:
        return Told(422, self._documents.flaw("Validation Failed", **error))


_CALLS: dict[str, Callable[[Calls, Asked], Told]] = {
    "users/get-authenticated": Calls.user,
    "apps/get-authenticated": Calls.app,
    "apps/get-repo-installation": Calls.installation,
    "apps/create-installation-access-token": Calls.token,
    "pulls/list": Calls.pulls,
    "pulls/create": Calls.open,
    "pulls/get": Calls.pull,
    "pulls/update": Calls.change,
    "pulls/merge": Calls.merge,
    "pulls/merge-async": Calls.merge_by_and_by,
    "pulls/get-merge-async-result": Calls.merge_result,
    "pulls/list-reviews": Calls.reviews,
    "repos/get-collaborator-permission-level": Calls.permission,
    "issues/list-for-repo": Calls.issues,
    "issues/create": Calls.open_issue,
    "issues/update": Calls.change_issue,
    "issues/list-comments": Calls.comments,
    "issues/create-comment": Calls.comment,
    "issues/list-events": Calls.events,
    "issues/add-labels": Calls.label,
    "issues/remove-label": Calls.unlabel,
    "issues/update-comment": Calls.change_comment,
    "repos/create-commit-status": Calls.judge,
    "repos/get-combined-status-for-ref": Calls.statuses,
    "checks/list-for-ref": Calls.runs,
    "checks/create": Calls.report,
    "checks/update": Calls.report_more,
    "repos/get-branch": Calls.branch,
    "repos/get-branch-rules": Calls.rules,
    "repos/get-repo-ruleset": Calls.ruleset,
    "teams/list-members-in-org": Calls.members,
}


def _owner(pull: Pull) -> str:
    return "ada" if pull.repository_id == ID else pull.author


def _absent() -> Told:
    return Told(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"})


def _page(things: list[Any], query: dict[str, str]) -> tuple[list[Any], bool]:
    """Return a page of a list, and whether there is another."""
    size, page = min(int(query.get("per_page", "30")), 100), int(query.get("page", "1"))
    return things[(page - 1) * size : page * size], len(things) > page * size
