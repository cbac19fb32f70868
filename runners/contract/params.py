"""What a runner's schema of its `params` may say beside JSON Schema."""

TASKS = "x-tasks"
"""By parameter and value, the tasks that it is for, where these aren't all: `{"model": {"linear": ["regression"]}}`."""
