"""The endpoint by gRPC: `inference.GRPCInferenceService`, version 2 of the Open Inference Protocol, beside HTTP.

Law of the room: it is imported when it is asked for, and answers nothing that HTTP wouldn't answer to the same request.

    open_inference_grpc.proto   what is spoken; clients may be made of it
    messages                    its messages, in a pool of their own
    tensors                     from a message to what it asks, and from outputs to a message
    service                     the methods, and the codes of failures
    calls                       from requests of HTTP/2 to messages, and from outcomes to answers
    listening                   the server, within its bounds
"""
