"""Streams: messages of Kafka and of NATS JetStream, as a table that grows.

Law of the room: a position is kept in the commit of the data and nowhere else. No consumer group, no durable consumer
and no acknowledgement: the servers aren't told how far anybody has read, and two environments don't know each other.
A message becomes a row, or is counted as one that couldn't be read, with its offset: none is passed over in silence.
"""

from runners.sources.streams.stream import Stream

__all__ = ["Stream"]
