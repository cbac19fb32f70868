"""HTTP/2 (RFC 9113) without TLS, as gRPC needs it: a protocol of asyncio.

Law of the room: it knows requests and answers, and nothing of gRPC or models. What a client sends is bounded in bytes
and in time; what breaks the protocol ends the connection with the code that the RFC has for it.

    huffman      texts of headers
    hpack        headers from bytes (RFC 7541), and into bytes without a memory
    frames       frames, their codes, and the bounds
    streams      one request and its answer
    sending      what is answered, as fast as the client has room for it
    reading      bytes to requests
    connection   one connection: both, and how it ends
"""
