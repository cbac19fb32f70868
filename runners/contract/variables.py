"""The environment variables by which the daemon tells a job what it is and what it has, and an endpoint what it serves.

| variable | holds |
|---|---|
| `SETPOINT_RUN`, `SETPOINT_ATTEMPT` | the run's name, and which attempt it is |
| `SETPOINT_CPUS`, `SETPOINT_MEMORY`, `SETPOINT_GPUS` | what each of its nodes has: cores, bytes, whole GPUs |
| `SETPOINT_SECRET_NAME` | the secret NAME: `secrets` |
| `SETPOINT_ENDPOINT_TOKEN` | what lets it into the endpoint that it asks: `endpoint_tokens` |
| `SETPOINT_CREDENTIALS` | the names of other variables that are secrets: `secrets` |
| `SETPOINT_ORDER`, `SETPOINT_REQUEST`, `SETPOINT_REQUEST_PACKED`, `SETPOINT_SEALED` | for the launcher alone: `order` |
| `SETPOINT_SERVE` | an endpoint's settings, as JSON: `runners.serve.settings` |
"""

RUN, ATTEMPT = "SETPOINT_RUN", "SETPOINT_ATTEMPT"
CPUS, MEMORY, GPUS = "SETPOINT_CPUS", "SETPOINT_MEMORY", "SETPOINT_GPUS"
ORDER, REQUEST, PACKED, SEALED = "SETPOINT_ORDER", "SETPOINT_REQUEST", "SETPOINT_REQUEST_PACKED", "SETPOINT_SEALED"
SERVE = "SETPOINT_SERVE"
ENDPOINT_TOKEN = "SETPOINT_ENDPOINT_TOKEN"


def told(run: str, attempt: int, *, cpus: float, memory: float, gpus: int) -> dict[str, str]:
    """Return what every pool tells a job of itself."""
    return {
        RUN: run,
        ATTEMPT: str(attempt),
        CPUS: f"{cpus:g}",
        MEMORY: str(round(memory)),
        GPUS: str(gpus),
        "PYTHONUNBUFFERED": "1",
    }
