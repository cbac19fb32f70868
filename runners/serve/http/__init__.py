"""HTTP/1.1 (RFC 9112), as an endpoint needs it: a protocol of asyncio over httptools, which is Node's parser.

Law of the room: it knows requests and answers, and nothing of models. What a client sends is bounded in bytes and in
time, what is ambiguous is refused and its connection closed, and a client gets its answers in the order that it asked.
"""
