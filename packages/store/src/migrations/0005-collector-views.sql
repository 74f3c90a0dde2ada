-- Views named and shaped like the tables of the OpenTelemetry Collector's ClickHouse exporter, so that what was made for those works here:
-- every attribute as a string, kinds and statuses as words.

-- An OTLP/JSON AnyValue as the Collector prints it into its maps: a string bare, anything else as it stands.
CREATE FUNCTION IF NOT EXISTS genscopeAnyValueText AS (value) ->
    if(JSONHas(value, 'stringValue'), JSONExtractString(value, 'stringValue'),
        if(JSONHas(value, 'intValue'), JSONExtractString(value, 'intValue'),
            ifNull(JSONExtractKeysAndValuesRaw(value)[1].2, '')));

-- An OTLP/JSON list of KeyValue as a map of strings.
CREATE FUNCTION IF NOT EXISTS genscopeKeyValueMap AS (list) ->
    CAST((
        arrayMap(pair -> JSONExtractString(pair, 'key'), JSONExtractArrayRaw(list)),
        arrayMap(pair -> genscopeAnyValueText(JSONExtractRaw(pair, 'value')), JSONExtractArrayRaw(list))
    ), 'Map(LowCardinality(String), String)');

-- The five typed maps as one map of strings.
CREATE FUNCTION IF NOT EXISTS genscopeStringMap AS (strings, ints, doubles, bools, others) ->
    CAST((
        arrayConcat(mapKeys(strings), mapKeys(ints), mapKeys(doubles), mapKeys(bools), mapKeys(others)),
        arrayConcat(
            mapValues(strings),
            arrayMap(v -> toString(v), mapValues(ints)),
            arrayMap(v -> toString(v), mapValues(doubles)),
            arrayMap(v -> toString(v), mapValues(bools)),
            arrayMap(v -> genscopeAnyValueText(v), mapValues(others)))
    ), 'Map(LowCardinality(String), String)');

CREATE VIEW IF NOT EXISTS resource_maps AS
SELECT resource_id, any(schema_url) AS schema_url,
    any(genscopeStringMap(string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes)) AS attributes
FROM resources GROUP BY resource_id;

CREATE VIEW IF NOT EXISTS scope_maps AS
SELECT scope_id, any(name) AS name, any(version) AS version, any(schema_url) AS schema_url, any(dropped_attributes_count) AS dropped_attributes_count,
    any(genscopeStringMap(string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes)) AS attributes
FROM scopes GROUP BY scope_id;

CREATE VIEW IF NOT EXISTS otel_traces AS
SELECT
    fromUnixTimestamp64Nano(toInt64(s.start_unix_nano)) AS Timestamp,
    lower(hex(s.trace_id)) AS TraceId,
    lower(hex(s.span_id)) AS SpanId,
    if(s.parent_span_id = unhex('0000000000000000'), '', lower(hex(s.parent_span_id))) AS ParentSpanId,
    s.trace_state AS TraceState,
    s.name AS SpanName,
    CAST(['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'][s.kind + 1], 'LowCardinality(String)') AS SpanKind,
    s.service_name AS ServiceName,
    CAST(r.attributes, 'Map(LowCardinality(String), String)') AS ResourceAttributes,
    c.name AS ScopeName,
    c.version AS ScopeVersion,
    genscopeStringMap(s.string_attributes, s.int_attributes, s.double_attributes, s.bool_attributes, s.other_attributes) AS SpanAttributes,
    toUInt64(greatest(toInt64(s.end_unix_nano - s.start_unix_nano), 0)) AS Duration,
    CAST(['Unset', 'Ok', 'Error'][s.status_code + 1], 'LowCardinality(String)') AS StatusCode,
    s.status_message AS StatusMessage,
    arrayMap(t -> fromUnixTimestamp64Nano(toInt64(t)), s.event_times) AS `Events.Timestamp`,
    s.event_names AS `Events.Name`,
    arrayMap(a -> genscopeKeyValueMap(a), s.event_attributes) AS `Events.Attributes`,
    arrayMap(i -> lower(hex(i)), s.link_trace_ids) AS `Links.TraceId`,
    arrayMap(i -> lower(hex(i)), s.link_span_ids) AS `Links.SpanId`,
    s.link_trace_states AS `Links.TraceState`,
    arrayMap(a -> genscopeKeyValueMap(a), s.link_attributes) AS `Links.Attributes`
FROM spans AS s
LEFT JOIN resource_maps AS r ON r.resource_id = s.resource_id
LEFT JOIN scope_maps AS c ON c.scope_id = s.scope_id;

CREATE VIEW IF NOT EXISTS otel_traces_trace_id_ts AS
SELECT
    lower(hex(trace_id)) AS TraceId,
    toDateTime(intDiv(min(start_unix_nano), 1000000000)) AS Start,
    toDateTime(intDiv(max(end_unix_nano), 1000000000)) AS End
FROM trace_windows GROUP BY trace_id;

CREATE VIEW IF NOT EXISTS otel_logs AS
SELECT
    fromUnixTimestamp64Nano(toInt64(if(l.time_unix_nano = 0, l.observed_time_unix_nano, l.time_unix_nano))) AS Timestamp,
    if(l.trace_id = unhex('00000000000000000000000000000000'), '', lower(hex(l.trace_id))) AS TraceId,
    if(l.span_id = unhex('0000000000000000'), '', lower(hex(l.span_id))) AS SpanId,
    toUInt8(bitAnd(l.flags, 255)) AS TraceFlags,
    l.severity_text AS SeverityText,
    l.severity_number AS SeverityNumber,
    l.service_name AS ServiceName,
    genscopeAnyValueText(l.body) AS Body,
    r.schema_url AS ResourceSchemaUrl,
    CAST(r.attributes, 'Map(LowCardinality(String), String)') AS ResourceAttributes,
    c.schema_url AS ScopeSchemaUrl,
    c.name AS ScopeName,
    c.version AS ScopeVersion,
    CAST(c.attributes, 'Map(LowCardinality(String), String)') AS ScopeAttributes,
    genscopeStringMap(l.string_attributes, l.int_attributes, l.double_attributes, l.bool_attributes, l.other_attributes) AS LogAttributes,
    l.event_name AS EventName
FROM logs AS l
LEFT JOIN resource_maps AS r ON r.resource_id = l.resource_id
LEFT JOIN scope_maps AS c ON c.scope_id = l.scope_id;

-- What the five metric views have in common, and everything they take from.
CREATE VIEW IF NOT EXISTS otel_metric_points AS
SELECT
    p.kind AS kind,
    CAST(r.attributes, 'Map(LowCardinality(String), String)') AS ResourceAttributes,
    r.schema_url AS ResourceSchemaUrl,
    c.name AS ScopeName,
    c.version AS ScopeVersion,
    CAST(c.attributes, 'Map(LowCardinality(String), String)') AS ScopeAttributes,
    c.dropped_attributes_count AS ScopeDroppedAttrCount,
    c.schema_url AS ScopeSchemaUrl,
    p.service_name AS ServiceName,
    p.name AS MetricName,
    p.description AS MetricDescription,
    p.unit AS MetricUnit,
    genscopeStringMap(p.string_attributes, p.int_attributes, p.double_attributes, p.bool_attributes, p.other_attributes) AS Attributes,
    fromUnixTimestamp64Nano(toInt64(p.start_unix_nano)) AS StartTimeUnix,
    fromUnixTimestamp64Nano(toInt64(p.time_unix_nano)) AS TimeUnix,
    ifNull(p.double_value, ifNull(toFloat64(p.int_value), 0)) AS Value,
    p.flags AS Flags,
    arrayMap(a -> genscopeKeyValueMap(a), p.exemplar_attributes) AS `Exemplars.FilteredAttributes`,
    arrayMap(t -> fromUnixTimestamp64Nano(toInt64(t)), p.exemplar_times) AS `Exemplars.TimeUnix`,
    arrayMap((d, i) -> ifNull(d, ifNull(toFloat64(i), 0)), p.exemplar_double_values, p.exemplar_int_values) AS `Exemplars.Value`,
    arrayMap(i -> lower(hex(i)), p.exemplar_span_ids) AS `Exemplars.SpanId`,
    arrayMap(i -> lower(hex(i)), p.exemplar_trace_ids) AS `Exemplars.TraceId`,
    toInt32(p.aggregation_temporality) AS AggregationTemporality,
    p.is_monotonic AS IsMonotonic,
    p.count AS Count,
    ifNull(p.sum, 0) AS Sum,
    ifNull(p.min, 0) AS Min,
    ifNull(p.max, 0) AS Max,
    p.bucket_counts AS BucketCounts,
    p.explicit_bounds AS ExplicitBounds,
    p.scale AS Scale,
    p.zero_count AS ZeroCount,
    p.positive_offset AS PositiveOffset,
    p.positive_bucket_counts AS PositiveBucketCounts,
    p.negative_offset AS NegativeOffset,
    p.negative_bucket_counts AS NegativeBucketCounts,
    p.quantiles AS `ValueAtQuantiles.Quantile`,
    p.quantile_values AS `ValueAtQuantiles.Value`
FROM metric_points AS p
LEFT JOIN resource_maps AS r ON r.resource_id = p.resource_id
LEFT JOIN scope_maps AS c ON c.scope_id = p.scope_id;

CREATE VIEW IF NOT EXISTS otel_metrics_gauge AS
SELECT ResourceAttributes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeDroppedAttrCount, ScopeSchemaUrl, ServiceName, MetricName, MetricDescription, MetricUnit,
    Attributes, StartTimeUnix, TimeUnix, Value, Flags, `Exemplars.FilteredAttributes`, `Exemplars.TimeUnix`, `Exemplars.Value`, `Exemplars.SpanId`, `Exemplars.TraceId`
FROM otel_metric_points WHERE kind = 'gauge';

CREATE VIEW IF NOT EXISTS otel_metrics_sum AS
SELECT ResourceAttributes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeDroppedAttrCount, ScopeSchemaUrl, ServiceName, MetricName, MetricDescription, MetricUnit,
    Attributes, StartTimeUnix, TimeUnix, Value, Flags, `Exemplars.FilteredAttributes`, `Exemplars.TimeUnix`, `Exemplars.Value`, `Exemplars.SpanId`, `Exemplars.TraceId`,
    AggregationTemporality, IsMonotonic
FROM otel_metric_points WHERE kind = 'sum';

CREATE VIEW IF NOT EXISTS otel_metrics_histogram AS
SELECT ResourceAttributes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeDroppedAttrCount, ScopeSchemaUrl, ServiceName, MetricName, MetricDescription, MetricUnit,
    Attributes, StartTimeUnix, TimeUnix, Count, Sum, BucketCounts, ExplicitBounds, `Exemplars.FilteredAttributes`, `Exemplars.TimeUnix`, `Exemplars.Value`, `Exemplars.SpanId`, `Exemplars.TraceId`,
    Flags, Min, Max, AggregationTemporality
FROM otel_metric_points WHERE kind = 'histogram';

CREATE VIEW IF NOT EXISTS otel_metrics_exponential_histogram AS
SELECT ResourceAttributes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeDroppedAttrCount, ScopeSchemaUrl, ServiceName, MetricName, MetricDescription, MetricUnit,
    Attributes, StartTimeUnix, TimeUnix, Count, Sum, Scale, ZeroCount, PositiveOffset, PositiveBucketCounts, NegativeOffset, NegativeBucketCounts,
    `Exemplars.FilteredAttributes`, `Exemplars.TimeUnix`, `Exemplars.Value`, `Exemplars.SpanId`, `Exemplars.TraceId`, Flags, Min, Max, AggregationTemporality
FROM otel_metric_points WHERE kind = 'exponential_histogram';

CREATE VIEW IF NOT EXISTS otel_metrics_summary AS
SELECT ResourceAttributes, ResourceSchemaUrl, ScopeName, ScopeVersion, ScopeAttributes, ScopeDroppedAttrCount, ScopeSchemaUrl, ServiceName, MetricName, MetricDescription, MetricUnit,
    Attributes, StartTimeUnix, TimeUnix, Count, Sum, `ValueAtQuantiles.Quantile`, `ValueAtQuantiles.Value`, Flags
FROM otel_metric_points WHERE kind = 'summary';
