"""Serving: one model as a KServe `ModelServer` process that speaks the Open Inference Protocol, versions 1 and 2.

    python -m runners.serve CONFIG.json
    SETPOINT_SERVE={…} python -m runners.serve

Law of the room: only `server` and `served` import KServe, and `lean` is how; what they decide is decided by pure
functions of the other modules. A request never waits for the payload log, and never fails because of it.

    settings         the configuration of one process
    slim_imports     importing KServe without what a model server never calls
    columns          from a request of either version to columns of values
    responses        from a prediction to an answer of either version
    request_context  what is known of one request, for the payload log
    middleware       limits on requests, around the whole application
    events           one request as a CloudEvent
    payloads         the payload log: a file that a thread of its own appends to
    objects          the same in an object store
    service_metrics  how many requests there were and how long they took
    served           the model, as KServe calls it
    server           the process: loads the model, listens, leaves in peace
"""
