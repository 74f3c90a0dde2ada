"""Sends real traces of the `openai` package and some that are hard to carry, and prints what it sent as JSON.

Arguments: grpc|http, the OTLP endpoint, the base URL of the model server, and which instrumentation of the `openai` package to use:
openllmetry (opentelemetry-instrumentation-openai) or genai (opentelemetry-instrumentation-genai-openai).
"""

import json
import os
import sys

protocol, endpoint, base_url, instrumentation = sys.argv[1:5]
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"
os.environ["TRACELOOP_TRACE_CONTENT"] = "true"
os.environ["TRACELOOP_TELEMETRY"] = "false"

from openai import OpenAI, RateLimitError
from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

import canonical

if protocol == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    to = {signal: {"endpoint": endpoint, "insecure": True} for signal in ("traces", "logs", "metrics")}
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    to = {signal: {"endpoint": f"{endpoint}/v1/{signal}"} for signal in ("traces", "logs", "metrics")}

service = f"interop-python-{protocol}-{instrumentation}"
resource = Resource.create({"service.name": service, "interop.number": 2**53 + 1, "interop.list": ["ä", "本"]})

sent = InMemorySpanExporter()
tracers = TracerProvider(resource=resource, span_limits=SpanLimits(max_span_attributes=100, max_events=4, max_links=3))
tracers.add_span_processor(SimpleSpanProcessor(sent))
tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(**to["traces"])))

sent_logs = InMemoryLogRecordExporter()
loggers = LoggerProvider(resource=resource)
loggers.add_log_record_processor(SimpleLogRecordProcessor(sent_logs))
loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(**to["logs"])))

meters = MeterProvider(
    resource=resource,
    metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter(**to["metrics"]), export_interval_millis=3_600_000)],
)

if instrumentation == "openllmetry":
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor
else:
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
OpenAIInstrumentor().instrument(tracer_provider=tracers, logger_provider=loggers, meter_provider=meters)

tracer = tracers.get_tracer("interop.python", "1.2.3", schema_url="https://opentelemetry.io/schemas/1.41.0", attributes={"scope.kind": "test"})
weather = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def call_models():
    client = OpenAI(base_url=base_url, api_key="unused", max_retries=0)
    with tracer.start_as_current_span("model calls", kind=SpanKind.SERVER):
        client.chat.completions.create(
            model="gpt-4o-mini",
            temperature=0.25,
            max_tokens=200,
            messages=[
                {"role": "system", "content": "Answer from the passages."},
                {"role": "user", "content": "[1] Schläuche are 12 € each.\n\nQuestion: What does a Schläuche cost? 🚲"},
            ],
        )
        stream = client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": "Say: one two three"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == "one two three"

        messages = [{"role": "user", "content": "What is the weather in Oslo?"}]
        first = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[weather])
        call = first.choices[0].message.tool_calls[0]
        messages += [
            first.choices[0].message.model_dump(exclude_none=True),
            {"role": "tool", "tool_call_id": call.id, "content": '{"text":"Oslo has mild weather."}'},
        ]
        client.chat.completions.create(model="gpt-4o", messages=messages, tools=[weather])

        client.embeddings.create(model="text-embedding-3-small", input=["a bicycle", "ein Fahrrad"], dimensions=64)
        try:
            client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": "Hello"}], extra_headers={"x-fault": "status=429"}
            )
        except RateLimitError:
            pass


def send_hard_cases():
    remote = SpanContext(
        trace_id=int.from_bytes(os.urandom(16)),
        span_id=0xFEDCBA9876543210,
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
        trace_state=TraceState([("vendor", "a:b"), ("other", "1")]),
    )
    parent = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    with tracer.start_as_current_span(
        "hard cases ☕ \u202e",
        context=parent,
        kind=SpanKind.PRODUCER,
        links=[Link(remote, {"why": "remote", "weight": 0.1}), Link(remote), Link(remote), Link(remote)],
    ) as span:
        span.set_attributes(
            {
                "int.max": 2**63 - 1,
                "int.min": -(2**63),
                "int.unsafe": 2**53 + 1,
                "int.zero": 0,
                "double.third": 1 / 3,
                "double.whole": 2.0,
                "double.tiny": 5e-324,
                "double.huge": 1.7976931348623157e308,
                "double.negative": -0.5,
                "bool.true": True,
                "bool.false": False,
                "text.empty": "",
                "text.unicode": "äöü 本 🚀 \u0000 \u202e \n\t\"\\",
                "text.long": "x" * 70_000,
                "list.texts": ["a", "", "ß"],
                "list.ints": [1, 2**62, -5],
                "list.doubles": [0.1, 2.0],
                "list.bools": [True, False],
                "list.empty": [],
                "bytes": b"\x00\xff\x10not utf-8\xfe",
                "map": {"inner": {"deep": [1, "two", 3.5]}, "flag": True},
            }
        )
        for index in range(5):
            span.add_event(f"event {index}", {"index": index})
        span.add_event("exact time", {"index": 1, "ratio": 0.5}, timestamp=1_700_000_000_123_456_789)
        try:
            raise ValueError("bad ünput")
        except ValueError as error:
            span.record_exception(error)
        span.set_status(Status(StatusCode.ERROR, "it went wröng"))
        loggers.get_logger("interop.logs", "3.2.1").emit(
            body={"text": "structured", "numbers": [1, 2.5, True]},
            severity_text="WARN",
            event_name="interop.event",
            attributes={"log.int": 2**53 + 1, "log.text": "ä"},
        )
    with tracer.start_as_current_span("ok", kind=SpanKind.CONSUMER) as span:
        span.set_status(StatusCode.OK)
    tracer.start_span("instant", start_time=1_700_000_000_000_000_001).end(end_time=1_700_000_000_000_000_001)


def record_metrics():
    meter = meters.get_meter("interop.meter", "0.9")
    meter.create_counter("interop.counter", unit="{call}", description="Calls").add(2**53 + 1, {"kind": "big"})
    histogram = meter.create_histogram("interop.histogram", unit="s", explicit_bucket_boundaries_advisory=[0.1, 1.0])
    for seconds in (0.05, 0.5, 5.0):
        histogram.record(seconds, {"kind": "duration"})
    meter.create_gauge("interop.gauge").set(36.6)


call_models()
send_hard_cases()
record_metrics()
for provider in (tracers, loggers):
    assert provider.force_flush() is not False
    provider.shutdown()
meters.shutdown()  # exports once; a flush before it would export everything twice
json.dump(
    {
        "service": service,
        "spans": [canonical.span(span) for span in sent.get_finished_spans()],
        "logs": [canonical.log_record(log) for log in sent_logs.get_finished_logs()],
    },
    sys.stdout,
)
