"""What the server answers, in GitLab's fields."""

from typing import Any

from tests.contracts.gitlab.repository import DEVELOPER, ID, Issue, Note, Repository, Request, Version
from tests.contracts.gitlab.statuses import Job

Json = dict[str, Any]
NAME = "ada/tools/models"


class Documents:
    """Writes documents.

    Args:
        url: where the server is.
        repository: the project's repository.
    """

    def __init__(self, url: str, repository: Repository) -> None:
        self._url = url
        self._repository = repository

    def user(self, name: str) -> Json:
        """Return somebody."""
        number = 1 + sum(name.encode()) % 1000
        page = f"{self._url}/{name}"
        return {"id": number, "username": name, "name": name.title(), "state": "active", "web_url": page}

    def member(self, name: str, level: int) -> Json:
        """Return a member."""
        return self.user(name) | {"access_level": level}

    def label_event(self, number: int, action: str, label: str, name: str) -> Json:
        """Return what somebody did to a label."""
        told = {"id": len(label), "name": label, "color": "#428BCA"}
        return {"id": number, "action": action, "label": told, "user": self.user(name)}

    def project(self, level: int) -> Json:
        """Return the project, as a member of this level of access sees it."""
        access = {"project_access": {"access_level": level, "notification_level": 3}, "group_access": None}
        return {
            "id": ID,
            "path_with_namespace": NAME,
            "default_branch": "main",
            "web_url": f"{self._url}/{NAME}",
            "only_allow_merge_if_pipeline_succeeds": self._repository.rules.pipelines,
            "permissions": access,
        }

    def branch(self, name: str, head: str, level: int) -> Json:
        """Return a branch, and what a member of this level of access may do there."""
        rules = self._repository.rules
        is_protected = name == "main" and rules.push_level is not None
        return {
            "name": name,
            "commit": {"id": head},
            "protected": is_protected,
            "developers_can_push": is_protected and rules.push_level == DEVELOPER,
            "developers_can_merge": is_protected,
            "can_push": not is_protected or 0 < (rules.push_level or 0) <= level,
            "default": name == "main",
            "web_url": f"{self._url}/{NAME}/-/tree/{name}",
        }

    def request(self, one: Request, *, alone_to: str = "", can_merge: bool = True) -> Json:
        """Return a merge request as it is in a list; or alone, with what only then is told to somebody."""
        status = self._repository.status(one, computes=bool(alone_to))
        merge_status = {"mergeable": "can_be_merged", "conflict": "cannot_be_merged"}.get(status, "unchecked")
        document = {
            "id": 70_000 + one.number,
            "iid": one.number,
            "project_id": ID,
            "title": one.title,
            "description": one.body,
            "state": one.state,
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "merged_at": one.merged_at,
            "source_branch": one.branch,
            "target_branch": one.base,
            "source_project_id": one.project_id,
            "target_project_id": ID,
            "author": self.user(one.author) if one.author else None,
            "labels": one.labels,
            "draft": one.is_draft,
            "work_in_progress": one.is_draft,
            "merge_status": merge_status,
            "detailed_merge_status": status,
            "has_conflicts": status == "conflict",
            "sha": one.head,
            "merge_commit_sha": one.merge_commit,
            "reviewers": [self.user(name) for name in one.reviewers],
            "web_url": f"{self._url}/{NAME}/-/merge_requests/{one.number}",
        }
        return document | ({"user": {"can_merge": can_merge}} if alone_to else {})

    def note(self, one: Note) -> Json:
        """Return a note."""
        author = self.user(one.author) if one.author else None
        return {"id": one.id, "body": one.body, "author": author, "created_at": one.at, "system": one.is_system}

    def issue(self, number: int, one: Issue) -> Json:
        """Return an issue."""
        told = {"iid": number, "title": one.title, "description": one.body, "state": one.state}
        return {"id": 7000 + number, **told, "author": self.user(one.author)}

    def version(self, one: Version) -> Json:
        """Return a version."""
        return {
            "id": one.id,
            "head_commit_sha": one.head,
            "base_commit_sha": one.base,
            "start_commit_sha": one.base,
            "created_at": one.at,
            "state": "collected",
        }

    def approvals(self, one: Request, who: str) -> Json:
        """Return who approved, and when."""
        approved = [{"user": self.user(name), "approved_at": at} for name, at in one.approvals.items()]
        return {
            "user_has_approved": who in one.approvals,
            "user_can_approve": who not in (*one.approvals, one.author),
            "approved": bool(approved),
            "approved_by": approved,
        }

    def reviewer(self, name: str, state: str, at: str) -> Json:
        """Return a reviewer."""
        return {"user": self.user(name), "state": state, "created_at": at}

    def status(self, one: Job) -> Json:
        """Return a status."""
        return {
            "id": one.id,
            "sha": one.commit,
            "ref": one.ref,
            "status": one.state,
            "name": one.name,
            "description": one.description,
            "target_url": one.target_url,
            "created_at": one.at,
            "allow_failure": False,
            "author": self.user(one.author),
        }
