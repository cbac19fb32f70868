"""The repository's things as documents: what GitHub's description asks for, with what they are laid over it."""

from typing import Any

from tests.contracts.description import Description
from tests.contracts.github.accounts import APP, CLIENT_ID, INSTALLATION, SLUG
from tests.contracts.github.repository import FORK_ID, ID, MergeRequest, Pull

Json = Any
_IDS = {"repository": ID, "fork": FORK_ID}
_STATES = {None: "unknown", False: "dirty", True: "clean"}


class Documents:
    """Writes documents.

    Args:
        description: the description that they follow.
        web: where people reach the server.
        name: the repository's, `owner/name`.
    """

    def __init__(self, description: Description, web: str, name: str) -> None:
        self._description = description
        self._web = web
        self._name = name

    def user(self, login: str, kind: str = "simple-user") -> Json:
        """Write an account."""
        is_app = login.endswith("[bot]")
        return self._description.sample(kind, login=login, id=len(login), type="Bot" if is_app else "User")

    def member(self, login: str) -> Json:
        """Write a member of a team."""
        return self.user(login, "team-member")

    def app(self) -> Json:
        """Write the App."""
        return self._description.sample("integration", id=APP, slug=SLUG, name="Setpoint", client_id=CLIENT_ID)

    def installation(self, granted: Json) -> Json:
        """Write the App's installation on the repository, and what it was granted there."""
        owner = self.user(self._name.split("/", maxsplit=1)[0])
        fields = {"id": INSTALLATION, "app_id": APP, "app_slug": SLUG, "account": owner, "permissions": granted}
        return self._description.sample("installation", **fields)

    def branch(self, name: str, head: str, protection: Json) -> Json:
        """Write a branch, and what is told of its former protection; None is none."""
        told = {"enabled": False, "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []}}
        found = told if protection is None else protection
        fields = {"name": name, "commit": {"sha": head}, "protected": protection is not None}
        return {**self._description.sample("branch-with-protection", **fields), "protection": found}

    def rule(self, number: int, kind: str, parameters: Json) -> Json:
        """Write a rule of a ruleset."""
        more = {} if parameters is None else {"parameters": parameters}
        source = {"ruleset_id": number, "ruleset_source": self._name, "ruleset_source_type": "Repository"}
        return {"type": kind, **source, **more}

    def ruleset(self, number: int, bypass: str | None) -> Json:
        """Write a ruleset, and whether who asks may go past it, unless they aren't told."""
        told = {} if bypass is None else {"current_user_can_bypass": bypass}
        return self._description.sample("repository-ruleset", id=number, enforcement="active", **told)

    def repository(self, number: int = ID) -> Json:
        """Write the repository, or its fork."""
        name = self._name if number == ID else "somebody/models"
        owner = self.user(name.split("/", maxsplit=1)[0])
        fields = {"id": number, "full_name": name, "name": name.split("/")[1], "owner": owner, "fork": number != ID}
        return self._description.sample("repository", **fields)

    def pull(self, pull: Pull, base: str, *, rule: str = "", kind: str = "pull-request") -> Json:
        """Write a pull request, alone or as a list has it; `base` is the head of its base."""
        owner = self._name.split("/", maxsplit=1)[0]
        there = None if pull.repository_id is None else self.repository(pull.repository_id)
        fields = {
            "number": pull.number,
            "id": 1000 + pull.number,
            "state": pull.state,
            "title": pull.title,
            "body": pull.body,
            "draft": pull.is_draft,
            "updated_at": pull.updated_at,
            "merged_at": pull.merged_at,
            "merge_commit_sha": pull.merge_commit,
            "user": self.user(pull.author or owner),
            "labels": [self._label(kind, name) for name in pull.labels],
            "html_url": f"{self._web}/{self._name}/pull/{pull.number}",
            "head": {"ref": pull.branch, "sha": pull.head, "label": f"{owner}:{pull.branch}", "repo": there},
            "base": {"ref": pull.base, "sha": base, "label": f"{owner}:{pull.base}", "repo": self.repository()},
        }
        if kind == "pull-request":
            state = "draft" if pull.is_draft else "blocked" if rule and pull.can_be_merged else None
            fields |= {"merged": pull.merged_at is not None, "mergeable": pull.can_be_merged}
            fields |= {"mergeable_state": state or _STATES[pull.can_be_merged]}
        return self._description.sample(kind, **fields)

    def event(self, event: str, label: str, actor: str) -> Json:
        """Write what somebody did to a label of a pull request."""
        told = {"name": label, "color": "ededed"}
        return self._description.sample(f"{event}-issue-event", event=event, actor=self.user(actor), label=told)

    def label(self, name: str) -> Json:
        """Write a label."""
        return self._description.sample("label", **self._label("label", name))

    def _label(self, kind: str, name: str) -> Json:
        fields = {"id": len(name), "node_id": "made up", "url": self._web, "name": name, "color": "ededed"}
        return fields | {"description": "", "default": False}

    def comment(self, number: int, author: str | None, body: str) -> Json:
        """Write a comment; one whose author's account is gone has none."""
        user = self.user(author) if author else None
        return self._description.sample("issue-comment", id=number, body=body, user=user)

    def issue(self, number: int, author: str, *, title: str, body: str, state: str) -> Json:
        """Write an issue."""
        fields = {"number": number, "title": title, "body": body, "state": state, "user": self.user(author)}
        return self._description.sample("issue", **fields)

    def review(self, author: str | None, state: str, commit: str | None) -> Json:
        """Write a review; one whose author's account is gone has none."""
        user = self.user(author) if author else None
        return self._description.sample("pull-request-review", user=user, state=state, commit_id=commit)

    def permission(self, login: str, right: str) -> Json:
        """Write what somebody may do."""
        fields = {"permission": right, "role_name": right}
        return self._description.sample("repository-collaborator-permission", **fields)

    def status(self, fields: Json, kind: str) -> Json:
        """Write a status of a commit, alone or among all of its commit."""
        return self._description.sample(kind, **{name: fields.get(name) for name in _STATUS} | {"id": fields["id"]})

    def combined(self, commit: str, statuses: list[Json], page: list[Json]) -> Json:
        """Write the newest statuses of a commit, and what they come to."""
        states = {one["state"] for one in statuses}
        failed = "failure" if states & {"failure", "error"} else "pending"
        fields = {"sha": commit, "total_count": len(statuses), "state": "success" if states == {"success"} else failed}
        told = [self.status(one, "simple-commit-status") for one in page]
        return self._description.sample("combined-commit-status", **fields, statuses=told)

    def check_run(self, commit: str, one: Json) -> Json:
        """Write a check run: how it ended, or that it hasn't."""
        ended = one["conclusion"] is not None
        return self._description.sample(
            "check-run",
            id=one["id"],
            name=one["name"],
            head_sha=commit,
            status="completed" if ended else "in_progress",
            conclusion=one["conclusion"],
            completed_at="2026-01-01T00:00:00Z" if ended else None,
            html_url=f"{self._web}/{self._name}/runs/{one['id']}",
            output={"title": one["title"]},
            check_suite={"id": one["suite"]},
            app=self._description.sample("integration", id=one["app"], slug=f"app-{one['app']}"),
        )

    def merge_result(self, asked: MergeRequest) -> Json:
        """Write what has become of a merge that was asked for."""
        details: Json = {"message": asked.words}
        if asked.status == "pending":
            details |= {"uuid": asked.uuid, "merge_method": "merge", "merge_action": "default"}
            details |= {"expected_head_sha": asked.head}
        if asked.status == "merged":
            details |= {"sha": asked.commit}
        return {"status": asked.status, "details": details}

    def flaw(self, words: str, /, **error: str) -> Json:
        """Write a refusal of what isn't valid."""
        errors = [error] if error else []
        return {"message": words, "documentation_url": "https://docs.github.com/rest", "errors": errors}


_STATUS = ("state", "context", "description", "target_url")
