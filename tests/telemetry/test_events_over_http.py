"""Events over HTTP: the message is what OpenTelemetry's own packages read, and the standard variables count."""

from __future__ import annotations

import gzip
import threading

import pytest
from collector import HttpCollector, attributes
from google.protobuf.json_format import MessageToDict, Parse
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from octavo.config.schema import OtlpTls
from octavo.telemetry.exporters.http_events import HttpEvents
from octavo.telemetry.exporters.otlp_logs import Record, as_json, as_protobuf
from octavo.telemetry.exporters.target import Target
from octavo.telemetry.exporters.variables import event_variables
from octavo.telemetry.values import SpanIds

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = TEXTS | INTEGERS | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
SPANS = st.builds(
    SpanIds, st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8), st.integers(0, 2**32 - 1)
)
RECORDS = st.builds(Record, st.integers(0, 2**63 - 1), st.dictionaries(TEXTS, VALUES, max_size=4), st.none() | SPANS)


@given(st.dictionaries(TEXTS, TEXTS, max_size=3), st.lists(RECORDS, max_size=4))
def test_both_forms_are_the_official_message(resource: dict[str, str], records: list[Record]) -> None:
    message = ExportLogsServiceRequest.FromString(as_protobuf(resource, records))
    (resource_logs,) = message.resource_logs
    (scope_logs,) = resource_logs.scope_logs
    assert attributes(resource_logs.resource) == resource
    assert [attributes(one) for one in scope_logs.log_records] == [dict(one.attributes) for one in records]
    for read, written in zip(scope_logs.log_records, records, strict=True):
        assert (read.observed_time_unix_nano, read.severity_number, read.severity_text) == (written.at, 9, "INFO")
        span = written.span or SpanIds(b"", b"", 0)
        assert (read.trace_id, read.span_id, read.flags) == (span.trace, span.span, span.flags)
        read.ClearField("trace_id")  # protobuf's reader of JSON wants another form than OTLP has
        read.ClearField("span_id")
    without_ids = [Record(one.at, one.attributes, one.span and SpanIds(b"", b"", one.span.flags)) for one in records]
    as_read = Parse(as_json(resource, without_ids), ExportLogsServiceRequest())
    assert MessageToDict(as_read) == MessageToDict(message)


def test_ids_are_hexadecimal_in_json() -> None:
    body = as_json({}, [Record(1, {}, SpanIds(b"\xab" * 16, b"\xcd" * 8, 1))])
    assert b'"traceId":"' + b"ab" * 16 + b'","spanId":"' + b"cd" * 8 + b'","flags":1' in body


class Arrivals(list[bytes]):
    """Bodies, and a sign that there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.some = threading.Event()

    def append(self, body: bytes) -> None:
        super().append(body)
        self.some.set()


def test_what_there_is_no_room_for_is_lost_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    with HttpCollector(hangs=True).serving() as taken:
        arrivals = taken.bodies = Arrivals()
        limits = {"OTEL_BLRP_MAX_QUEUE_SIZE": "2", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "1"}
        events = log_of(taken, **limits)
        events.write({"event.name": "n", "number": 0})
        assert arrivals.some.wait(20)  # and the collector holds on
        for number in range(1, 5):
            events.write({"event.name": "n", "number": number})
        taken.release.set()
        events.shutdown()
        events.write({"event.name": "too late"})
    assert [one["number"] for one in taken.events()] == [0, 1, 2]
    assert caplog.messages == ["2 events of telemetry were lost: too many at once"]


def test_the_same_trouble_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with HttpCollector(status=503).serving() as taken:
        events = log_of(taken, OTEL_BLRP_MAX_EXPORT_BATCH_SIZE="1")
        for number in range(3):
            events.write({"event.name": "n", "number": number})
        events.shutdown()
    assert len(taken.bodies) == 3
    assert caplog.messages == ["Failed to export logs: 503 Service Unavailable"]


def test_batches_are_no_larger_than_the_user_says() -> None:
    with HttpCollector().serving() as taken:
        events = log_of(taken, OTEL_BLRP_MAX_EXPORT_BATCH_SIZE="2", OTEL_BLRP_SCHEDULE_DELAY="600000")
        for number in range(5):
            events.write({"event.name": "n", "number": number})
        events.shutdown()
    sizes = [len(message.resource_logs[0].scope_logs[0].log_records) for message in taken.messages["logs"]]
    assert max(sizes) <= 2
    assert [one["number"] for one in taken.events()] == [0, 1, 2, 3, 4]


def test_long_values_are_cut_where_the_user_says_so() -> None:
    with HttpCollector().serving() as taken:
        events = log_of(taken, OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT="3")
        events.write({"event.name": "abcdef", "number": 12345})
        events.shutdown()
    assert taken.events() == [{"event.name": "abc", "number": 12345}]


def test_events_are_compressed_where_the_user_says_so() -> None:
    bodies: list[bytes] = []

    class Taken(HttpCollector):
        def _handler(self) -> type:
            handler = super()._handler()

            class Unfolding(handler):  # type: ignore[misc, valid-type]
                def do_POST(self) -> None:
                    assert self.headers["content-encoding"] == "gzip"
                    bodies.append(gzip.decompress(self.rfile.read(int(self.headers["content-length"]))))
                    self.send_response(200)
                    self.send_header("content-length", "0")
                    self.end_headers()

            return Unfolding

    with Taken().serving() as taken:
        events = log_of(taken, OTEL_EXPORTER_OTLP_COMPRESSION="gzip")
        events.write({"event.name": "small"})
        events.shutdown()
    (message,) = map(ExportLogsServiceRequest.FromString, bodies)
    assert attributes(message.resource_logs[0].scope_logs[0].log_records[0]) == {"event.name": "small"}


def test_variables_that_make_no_sense_count_as_not_set() -> None:
    odd = {
        "OTEL_BLRP_SCHEDULE_DELAY": "soon",
        "OTEL_BLRP_MAX_QUEUE_SIZE": "-1",
        "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "inf",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "nan",
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "many",
        "OTEL_EXPORTER_OTLP_HEADERS": "no-value,=no-name",
    }
    assert event_variables(odd) == event_variables({})


def test_the_variables_of_events_come_before_those_of_all_signals() -> None:
    variables = event_variables(
        {
            "OTEL_EXPORTER_OTLP_HEADERS": "a=1",
            "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "b=two%20words, c = 3",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "7",
        }
    )
    assert variables.headers == {"b": "two words", "c": "3"}
    assert variables.timeout == 7


def log_of(taken: HttpCollector, **variables: str) -> HttpEvents:
    return HttpEvents(Target(taken.url(), {}, OtlpTls(), "binary"), "dev", variables)
