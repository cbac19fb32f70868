"""Alertmanager: groups alerts, and tells receivers of those that begin and end."""

from tests.servers.alertmanager.server import Alertmanager

__all__ = ["Alertmanager"]
