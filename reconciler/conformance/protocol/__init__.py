"""The Open Inference Protocol, version 2, asked of any server by HTTP: what `setpoint conformance` does.

https://github.com/kserve/open-inference-protocol. Law of the room: it knows the protocol and no server; what a server
says is bounded, and taken for a claim until it was asked twice.

    client      one request and its answer, within bounds
    requests    inferences for a model, by what it says of itself
    answers     what an answer has to look like
    checks      what is asked, in order, and what has to come back
"""
