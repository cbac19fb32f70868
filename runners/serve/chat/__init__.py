"""Text by OpenAI's protocol: `/v1/chat/completions` and `/v1/completions` of a model that writes text.

Law of the room: what writes is any `runners.models.generation.Generator`, and each of its tokens is made by a thread of
the room's own; a client's mistake is 4xx in OpenAI's form of an error; what one request costs is bounded.

    asked     what a request asks for
    stopping  where a text ends
    told      answers, their parts, errors
    writing   one after the other token, and the paths
"""
