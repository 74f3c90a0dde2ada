"""Spans of the Python SDK in the form in which Genscope's API gives them (OTLP/JSON values), from the objects the SDK holds."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

KINDS = {
    SpanKind.INTERNAL: "internal",
    SpanKind.SERVER: "server",
    SpanKind.CLIENT: "client",
    SpanKind.PRODUCER: "producer",
    SpanKind.CONSUMER: "consumer",
}
STATUS = {StatusCode.UNSET: "unset", StatusCode.OK: "ok", StatusCode.ERROR: "error"}


def any_value(value):
    if value is None:
        return {}
    if isinstance(value, bool):  # before int: a bool is one
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, bytes):
        import base64

        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, dict) or hasattr(value, "items"):
        return {"kvlistValue": {"values": key_values(value)}}
    return {"arrayValue": {"values": [any_value(item) for item in value]}}


def key_values(attributes):
    return [{"key": key, "value": any_value(value)} for key, value in (attributes or {}).items()]


def flags(is_remote):
    """Bits 8 and 9: it is known whether the context is remote, and it is. This SDK does not send the trace flags below them."""
    return 0x100 | (0x200 if is_remote else 0)


def span(read: ReadableSpan):
    context = read.get_span_context()
    return {
        "traceId": f"{context.trace_id:032x}",
        "spanId": f"{context.span_id:016x}",
        "parentSpanId": f"{read.parent.span_id:016x}" if read.parent else None,
        "traceState": context.trace_state.to_header(),
        "name": read.name,
        "kind": KINDS[read.kind],
        "startUnixNano": str(read.start_time),
        "endUnixNano": str(read.end_time),
        "status": {"code": STATUS[read.status.status_code], "message": read.status.description or ""},
        "flags": flags(read.parent is not None and read.parent.is_remote),
        "attributes": key_values(read.attributes),
        "droppedAttributesCount": read.dropped_attributes,
        "events": [
            {
                "timeUnixNano": str(event.timestamp),
                "name": event.name,
                "attributes": key_values(event.attributes),
                "droppedAttributesCount": event.dropped_attributes,
            }
            for event in read.events
        ],
        "droppedEventsCount": read.dropped_events,
        "links": [
            {
                "traceId": f"{link.context.trace_id:032x}",
                "spanId": f"{link.context.span_id:016x}",
                "traceState": "",  # this SDK does not send it with a link
                "flags": flags(link.context.is_remote),
                "attributes": key_values(link.attributes),
                "droppedAttributesCount": link.dropped_attributes,
            }
            for link in read.links
        ],
        "droppedLinksCount": read.dropped_links,
        "resource": {
            "attributes": key_values(read.resource.attributes),
            "droppedAttributesCount": 0,
            "schemaUrl": read.resource.schema_url or "",
        },
        "scope": {
            "name": read.instrumentation_scope.name,
            "version": read.instrumentation_scope.version or "",
            "attributes": key_values(read.instrumentation_scope.attributes),
            "droppedAttributesCount": 0,
            "schemaUrl": read.instrumentation_scope.schema_url or "",
        },
    }


def log_record(read):
    record = read.log_record
    return {
        "traceId": f"{record.trace_id:032x}",
        "spanId": f"{record.span_id:016x}",
        "timeUnixNano": str(record.timestamp or record.observed_timestamp),
        "severityNumber": record.severity_number.value if record.severity_number else 0,
        "severityText": record.severity_text or "",
        "eventName": record.event_name or "",
        "body": any_value(record.body),
        "attributes": key_values(record.attributes),
    }
