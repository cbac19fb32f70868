"""Serving: one model as a process that speaks the Open Inference Protocol, versions 1 and 2, by HTTP and by gRPC.

    python -m runners.serve CONFIG.json
    SETPOINT_SERVE={…} python -m runners.serve

Law of the room: a request never waits for the payload log, and never fails because of it; until a request was read and
fits the model, whatever fails is the request's fault. What `app` answers is held to KServe's own server by tests.

    settings         the configuration of one process
    start            what can't be served is said before anything listens
    server           the process: loads the model, listens, leaves in peace
    warm             one answer before the process is ready
    app              the application of HTTP: paths, headers, statuses
    http             HTTP/1.1, as it is spoken here
    grpc             the same by gRPC, where that is asked for
    http2            HTTP/2, as gRPC is spoken by
    served_model     the model, whatever it is asked by: whose fault what is, what is logged
    about            what a server and its model say of themselves
    bodies           the body of a request: bounded, unpacked
    requests         from the bytes of a request to what it asks
    columns          from what is asked, by either version, to columns of values
    batches          requests that are answered together
    responses        from a prediction to an answer of either version
    answers          the bytes of an answer
    request_context  what is known of one request, for the payload log
    events           one request as a CloudEvent
    payloads         the payload log: a file that a thread of its own appends to
    objects          the same in an object store
    service_metrics  how many requests there were and how long they took
"""
