"""What each call does, and which parameters it has."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from tests.contracts.gitlab.documents import NAME, Documents
from tests.contracts.gitlab.repository import DEVELOPER, ID, Issue, Note, Repository, Request
from tests.contracts.gitlab.statuses import Statuses

Json = Any
PAGING = ("page", "per_page")
_ACTION = re.compile(r"^/(close|approve|merge|label|title|assign)\b[^\n]*\n?", re.MULTILINE)
_FENCED = re.compile(r"^```.+?\n```$", re.MULTILINE | re.DOTALL)


@dataclass
class Asked:
    """A request that is understood: who asks, what, and with which values in the path, the query and the body."""

    login: str
    values: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


@dataclass
class Told:
    """An answer; a list is cut into pages."""

    status: int
    document: Json


class Calls:
    """The calls on a project.

    Args:
        repository: the project's repository.
        statuses: the statuses of its commits.
        documents: writes what is answered.
    """

    def __init__(self, repository: Repository, statuses: Statuses, documents: Documents) -> None:
        self._repository = repository
        self._statuses = statuses
        self._documents = documents
        self.readers: set[str] = set()
        """Who may read and comment, and neither merge nor approve."""
        self.groups: dict[str, dict[str, int]] = {}
        """The members of groups, by the group's path, and the level of access of each."""
        self.people: tuple[str, ...] = ()
        """Who has an account, and is a member."""
        self.levels: dict[str, int] = {}
        """The level of access of each who isn't a developer."""

    def answer(self, call: "Call", asked: Asked) -> Told:
        """Do what was asked."""
        if asked.values.get("project", NAME) not in (NAME, str(ID)):
            return refused(404, "404 Project Not Found")
        if "request" not in asked.values:
            return call.does(self, asked)
        request = self._repository.requests.get(int(asked.values["request"]))
        return call.does(self, asked, request) if request else refused(404, "404 Not found")

    def user(self, asked: Asked) -> Told:
        return Told(200, self._documents.user(asked.login))

    def project(self, asked: Asked) -> Told:
        return Told(200, self._documents.project(self._level(asked)))

    def group_members(self, asked: Asked) -> Told:
        found = self.groups.get(asked.values["group"])
        if found is None:
            return refused(404, "404 Group Not Found")
        return Told(200, [{**self._documents.user(name), "access_level": level} for name, level in found.items()])

    def branch(self, asked: Asked) -> Told:
        name = asked.values["branch"]
        head = self._repository.git("rev-parse", "--verify", "--quiet", f"refs/heads/{name}", fails=True)
        if not head:
            return refused(404, "404 Branch Not Found")
        return Told(200, self._documents.branch(name, head, self._level(asked)))

    def approval_rules(self, _asked: Asked) -> Told:
        found = self._repository.rules.approvals
        return refused(404, "404 Not Found") if found is None else Told(200, found)

    def approval_settings(self, _asked: Asked) -> Told:
        rules = self._repository.rules
        if rules.approvals is None:
            return refused(404, "404 Not Found")
        return Told(200, {"approvals_before_merge": 0, "reset_approvals_on_push": rules.resets})

    def _level(self, asked: Asked) -> int:
        return self.levels.get(asked.login, DEVELOPER)

    def requests(self, asked: Asked) -> Told:
        wanted = asked.query
        found = [
            one
            for one in sorted(self._repository.requests.values(), key=lambda one: -one.number)
            if wanted.get("state", "all") in ("all", one.state)
            and wanted.get("source_branch", one.branch) == one.branch
            and wanted.get("target_branch", one.base) == one.base
        ]
        return Told(200, [self._documents.request(one) for one in found])

    def open(self, asked: Asked) -> Told:
        told, repository = asked.body, self._repository
        branch, base = told["source_branch"], told["target_branch"]
        if branch == base:
            return refused(409, ["You can't use same project/branch for source and target"])
        for one in repository.requests.values():
            if (one.branch, one.base, one.state, one.project_id) == (branch, base, "opened", ID):
                return refused(
                    409, [f"Another open merge request already exists for this source branch: !{one.number}"]
                )
        if len(told["title"]) > 255:
            return refused(400, {"title": ["is too long (maximum is 255 characters)"]})
        request = repository.open(branch, base, told["title"], "", asked.login)
        request.body = self._acted(request, told.get("description", ""))
        return Told(201, self._documents.request(request))

    def request(self, asked: Asked, request: Request) -> Told:
        return Told(200, self._alone(asked, request))

    def change(self, asked: Asked, request: Request) -> Told:
        request.title = asked.body.get("title", request.title)
        labels = asked.body.get("labels", request.labels)
        request.labels = labels.split(",") if isinstance(labels, str) else labels
        for name in filter(None, asked.body.get("add_labels", "").split(",")):
            if name not in request.labels:
                request.labels = [*request.labels, name]
                request.label_events.append(("add", name, asked.login))
        for name in filter(None, asked.body.get("remove_labels", "").split(",")):
            if name in request.labels:
                request.labels = [one for one in request.labels if one != name]
                request.label_events.append(("remove", name, asked.login))
        if asked.body.get("state_event") == "close" and request.state == "opened":
            self._repository.end(request, "closed")
        return Told(200, self._alone(asked, request))

    def label_events(self, _asked: Asked, request: Request) -> Told:
        """List what was done to its labels."""
        told = enumerate(request.label_events, 1)
        return Told(200, [self._documents.label_event(number, *one) for number, one in told])

    def members(self, asked: Asked) -> Told:
        """List members, of groups above too, whose names hold what is asked for."""
        names = dict.fromkeys((*self.people, *self.levels))
        found = [name for name in names if asked.query.get("query", "") in name]
        return Told(200, [self._documents.member(name, self.levels.get(name, DEVELOPER)) for name in found])

    def merge(self, asked: Asked, request: Request) -> Told:
        if asked.login in self.readers:
            return refused(401, "401 Unauthorized")
        if self._repository.status(request) not in ("mergeable", "approvals_syncing"):
            return refused(405, "405 Method Not Allowed")
        if asked.body.get("sha", request.head) != request.head:
            return refused(409, f"SHA does not match HEAD of source branch: {request.head}")
        if asked.body.get("merge_commit_message") == "":
            return refused(422, "Branch cannot be merged")
        self._repository.merge(request, asked.body.get("merge_commit_message", ""))
        return Told(200, self._alone(asked, request))

    def notes(self, asked: Asked, request: Request) -> Told:
        found = request.notes if asked.query.get("sort") == "asc" else request.notes[::-1]
        return Told(200, [self._documents.note(one) for one in found])

    def say(self, asked: Asked, request: Request) -> Told:
        body = self._acted(request, asked.body["body"])
        if not body.strip():
            return Told(202, {"commands_changes": {}, "summary": ["Commands applied"]})
        return Told(201, self._documents.note(self._repository.remark(request, asked.login, body, is_system=False)))

    def edit(self, asked: Asked, request: Request) -> Told:
        for one in request.notes:
            if str(one.id) == asked.values["note"]:
                if one.author != asked.login or one.is_system:
                    return refused(403, "403 Forbidden")
                one.body = self._acted(request, asked.body["body"])
                return Told(200, self._documents.note(one))
        return refused(404, "404 Not found")

    def issues(self, asked: Asked) -> Told:
        author = asked.query.get("author_username")
        found = [
            self._documents.issue(number, one)
            for number, one in enumerate(self._repository.issues, 1)
            if author in (None, one.author) and asked.query.get("state", "all") in ("all", one.state)
        ]
        return Told(200, found[::-1])

    def open_issue(self, asked: Asked) -> Told:
        if len(asked.body["title"]) > 255:
            return refused(400, {"title": ["is too long (maximum is 255 characters)"]})
        body = _ACTION.sub("", asked.body.get("description", ""))
        self._repository.issues.append(Issue(asked.body["title"], body, asked.login))
        return Told(201, self._documents.issue(len(self._repository.issues), self._repository.issues[-1]))

    def change_issue(self, asked: Asked) -> Told:
        number = int(asked.values["issue"])
        if number > len(self._repository.issues):
            return refused(404, "404 Not found")
        one = self._repository.issues[number - 1]
        one.state = "closed" if asked.body.get("state_event") == "close" else one.state
        return Told(200, self._documents.issue(number, one))

    def issue_notes(self, asked: Asked) -> Told:
        number = int(asked.values["issue"])
        if number > len(self._repository.issues):
            return refused(404, "404 Not found")
        return Told(200, [self._documents.note(one) for one in self._repository.issues[number - 1].notes])

    def say_of_issue(self, asked: Asked) -> Told:
        number = int(asked.values["issue"])
        if number > len(self._repository.issues):
            return refused(404, "404 Not found")
        body = _ACTION.sub("", asked.body["body"])
        note = Note(self._repository.next_id(), asked.login, body, self._repository.now())
        self._repository.issues[number - 1].notes.append(note)
        return Told(201, self._documents.note(note))

    def approvals(self, asked: Asked, request: Request) -> Told:
        return Told(200, self._documents.approvals(request, asked.login))

    def approve(self, asked: Asked, request: Request) -> Told:
        if asked.login in (*self.readers, *request.approvals, request.author):
            return refused(401, "401 Unauthorized")
        if asked.body.get("sha", request.head) != request.head:
            return refused(409, f"SHA does not match HEAD of source branch: {request.head}")
        self._repository.approve(request, asked.login)
        return Told(201, self._documents.approvals(request, asked.login))

    def unapprove(self, asked: Asked, request: Request) -> Told:
        request.approvals.pop(asked.login, None)
        self._repository.remark(request, asked.login, "unapproved this merge request")
        return Told(201, None)

    def versions(self, _asked: Asked, request: Request) -> Told:
        return Told(200, [self._documents.version(one) for one in request.versions[::-1]])

    def reviewers(self, _asked: Asked, request: Request) -> Told:
        at = request.created_at
        return Told(200, [self._documents.reviewer(name, state, at) for name, state in request.reviewers.items()])

    def statuses(self, asked: Asked) -> Told:
        if not self._repository.git("cat-file", "-t", asked.values["commit"], fails=True):
            return refused(404, "404 Commit Not Found")
        return Told(200, [self._documents.status(one) for one in self._statuses.of(asked.values["commit"])])

    def judge(self, asked: Asked) -> Told:
        made = self._statuses.post(asked.values["commit"], asked.login, asked.body)
        return refused(*made) if isinstance(made, tuple) else Told(201, self._documents.status(made))

    def _alone(self, asked: Asked, request: Request) -> Json:
        can = asked.login not in self.readers
        return self._documents.request(request, alone_to=asked.login, can_merge=can)

    def _acted(self, request: Request, text: str) -> str:
        """Do the quick actions of a text, and leave out their lines."""
        fenced = [found.span() for found in _FENCED.finditer(text)]

        def act(found: re.Match[str]) -> str:
            if any(start <= found.start() < end for start, end in fenced):
                return found.group()
            if found.group(1) == "close" and request.state == "opened":
                self._repository.end(request, "closed")
            return ""

        return _ACTION.sub(act, text)


@dataclass(frozen=True)
class Call:
    """A call: its method and path, what does it, and the parameters that it has."""

    method: str
    path: re.Pattern[str]
    does: Callable[..., Told]
    query: Collection[str] = ()
    body: Collection[str] = ()
    needs: Collection[str] = ()


def refused(status: int, words: Json) -> Told:
    """Refuse something, in GitLab's way."""
    return Told(status, {"message": words})


def _call(line: str, does: Callable[..., Told], query: str = "", body: str = "", needs: str = "") -> Call:
    method, _, path = line.partition(" ")
    pattern = re.sub(r":(\w+)", lambda found: _VALUES[found.group(1)], path)
    return Call(method, re.compile(pattern), does, query.split(), f"{body} {needs}".split(), needs.split())


_VALUES = {
    "project": r"(?P<project>[^/]+)",
    "group": r"(?P<group>[^/]+)",
    "request": r"(?P<request>[0-9]+)",
    "branch": r"(?P<branch>[^/]+)",
    "issue": r"(?P<issue>[0-9]+)",
    "note": r"(?P<note>[0-9]+)",
    "commit": r"(?P<commit>[0-9a-f]{40})",
}
_REQUESTS = "/projects/:project/merge_requests"
_ONE = f"{_REQUESTS}/:request"
_ISSUES = "/projects/:project/issues"
CALLS = (
    _call("GET /user", Calls.user),
    _call("GET /groups/:group/members", Calls.group_members, "query user_ids"),
    _call("GET /projects/:project", Calls.project),
    _call("GET /projects/:project/repository/branches/:branch", Calls.branch),
    _call("GET /projects/:project/approval_rules", Calls.approval_rules),
    _call("GET /projects/:project/approvals", Calls.approval_settings),
    _call(f"GET {_REQUESTS}", Calls.requests, "state source_branch target_branch order_by sort iids[] scope"),
    _call(
        f"POST {_REQUESTS}",
        Calls.open,
        body="description labels remove_source_branch squash reviewer_ids",
        needs="source_branch target_branch title",
    ),
    _call(f"GET {_ONE}", Calls.request),
    _call(f"PUT {_ONE}", Calls.change, body="title description state_event labels add_labels remove_labels"),
    _call(f"GET {_ONE}/resource_label_events", Calls.label_events),
    _call("GET /projects/:project/members/all", Calls.members, "query"),
    _call(f"PUT {_ONE}/merge", Calls.merge, body="sha merge_commit_message squash should_remove_source_branch"),
    _call(f"GET {_ONE}/notes", Calls.notes, "sort order_by"),
    _call(f"POST {_ONE}/notes", Calls.say, needs="body"),
    _call(f"PUT {_ONE}/notes/:note", Calls.edit, needs="body"),
    _call(f"GET {_ISSUES}", Calls.issues, "state scope author_username order_by sort"),
    _call(f"POST {_ISSUES}", Calls.open_issue, body="description labels", needs="title"),
    _call(f"PUT {_ISSUES}/:issue", Calls.change_issue, body="title description state_event"),
    _call(f"GET {_ISSUES}/:issue/notes", Calls.issue_notes, "sort order_by"),
    _call(f"POST {_ISSUES}/:issue/notes", Calls.say_of_issue, needs="body"),
    _call(f"GET {_ONE}/approvals", Calls.approvals),
    _call(f"POST {_ONE}/approve", Calls.approve, body="sha"),
    _call(f"POST {_ONE}/unapprove", Calls.unapprove),
    _call(f"GET {_ONE}/versions", Calls.versions),
    _call(f"GET {_ONE}/reviewers", Calls.reviewers),
    _call("GET /projects/:project/repository/commits/:commit/statuses", Calls.statuses, "ref stage name all"),
    _call(
        "POST /projects/:project/statuses/:commit",
        Calls.judge,
        body="name context description target_url ref coverage",
        needs="state",
    ),
)
