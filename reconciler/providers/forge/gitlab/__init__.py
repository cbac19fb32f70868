"""GitLab, at gitlab.com and self-managed: merge requests by its REST API, version 4."""

from reconciler.providers.forge.gitlab.provider import gitlab

__all__ = ["gitlab"]
