# SPDX-License-Identifier: Apache-2.0
"""Spans in OTLP's protobuf: written without a library, and found again without being unpacked."""

import struct

# What stands before the ids in a span.
TRACE_ID, SPAN_ID, PARENT_ID = b"\x0a\x10", b"\x12\x08", b"\x22\x08"


def varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def message(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def any_value(value):
    if isinstance(value, bool):
        return varint(2 << 3) + varint(value)
    if isinstance(value, int):
        return varint(3 << 3) + varint(value)
    if isinstance(value, float):
        return varint(4 << 3 | 1) + struct.pack("<d", value)
    return message(1, value.encode())


def attributes(field, pairs):
    """Repeated KeyValue, sorted as Java's SDK sorts them."""
    return b"".join(
        message(field, message(1, name.encode()) + message(2, any_value(value)))
        for name, value in sorted(pairs.items())
    )


def span(trace_id, span_id, name, kind, began, ended, pairs):
    return message(
        2,
        message(1, trace_id)
        + message(2, span_id)
        + message(5, name.encode())
        + varint(6 << 3)
        + varint(kind)
        + struct.pack("<BQBQ", 7 << 3 | 1, began, 8 << 3 | 1, ended)
        + attributes(9, pairs),
    )


def resource_spans(resource, spans):
    scope = message(1, message(1, b"modelwarden"))
    return message(1, message(1, attributes(1, resource)) + message(2, scope + b"".join(spans)))


def _length(data, at):
    """The varint at this place, and where it ends."""
    size = shift = 0
    while True:
        byte = data[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            return size, at
        shift += 7


def _fields(data, at, end, *wanted):
    """Where the content of each message with one of these numbers begins and ends; all others are skipped."""
    while at < end:
        tag = data[at]
        size, at = _length(data, at + 1)
        if tag & 7 == 0:  # a number, which has no content
            continue
        if tag & 7 != 2:
            raise ValueError(f"field {tag >> 3}: wire type {tag & 7}, where OTLP has messages and numbers only")
        if tag >> 3 in wanted:
            yield at, at + size
        at += size


def span_places(data):
    """Where each span of a request begins and ends."""
    for resource, resource_end in _fields(data, 0, len(data), 1):
        for scope, scope_end in _fields(data, resource, resource_end, 2):
            yield from _fields(data, scope, scope_end, 2)


def span_number(data, begin, end):
    """The span's id as a number. Programs write the fields in rising order, or in falling as the collector does."""
    return _number(data, SPAN_ID, begin + 18 if data[begin : begin + 2] == TRACE_ID else end - 28)


def parent_number(data, begin, end):
    """That of the span above it."""
    return _number(data, PARENT_ID, begin + 28 if data[begin : begin + 2] == TRACE_ID else end - 38)


def _number(data, head, at):
    if data[at : at + 2] != head:
        raise ValueError("a span whose ids stand neither first nor last")
    return int.from_bytes(data[at + 2 : at + 10], "big")


def give_ids(span, trace, number):
    """Writes ids of its own into a copy of an encoded span."""
    copy = bytearray(span)
    _, begin = _length(copy, 1)
    copy[begin + 2 : begin + 18] = trace
    copy[begin + 20 : begin + 28] = number.to_bytes(8, "big")
    return copy
