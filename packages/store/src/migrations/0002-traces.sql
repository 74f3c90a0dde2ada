-- One row per trace and inserted block; reading merges what the blocks say of a trace. Sorted by hour of start, so that the newest page of a long list
-- reads the newest hours alone. A trace whose blocks start in different hours has rows in each of them.
CREATE TABLE IF NOT EXISTS trace_summaries
(
    start_hour UInt64,
    trace_id FixedString(16),
    start_unix_nano SimpleAggregateFunction(min, UInt64),
    end_unix_nano SimpleAggregateFunction(max, UInt64),
    span_count SimpleAggregateFunction(sum, UInt64),
    error_count SimpleAggregateFunction(sum, UInt64),
    -- name, service, status and rootness of the earliest root, or of the earliest span while there is no root
    head AggregateFunction(argMin, Tuple(name String, service String, status UInt8, is_root UInt8), UInt64),
    service_spans SimpleAggregateFunction(sumMap, Map(String, UInt64)),
    service_errors SimpleAggregateFunction(sumMap, Map(String, UInt64)),
    model_calls_by_model SimpleAggregateFunction(sumMap, Map(String, UInt64)),
    input_tokens SimpleAggregateFunction(sum, Nullable(Int64)),
    output_tokens SimpleAggregateFunction(sum, Nullable(Int64)),
    model_calls SimpleAggregateFunction(sum, UInt64),
    tool_calls SimpleAggregateFunction(sum, UInt64),
    retrievals SimpleAggregateFunction(sum, UInt64),
    received_at SimpleAggregateFunction(max, DateTime64(3))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(received_at)
ORDER BY (start_hour, trace_id)
SETTINGS allow_nullable_key = 0;

-- A root outranks every other span, whatever the clocks say: bit 63 is free until the year 2262.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_summaries_mv TO trace_summaries AS
SELECT
    intDiv(min(s.start_unix_nano), 3600000000000) AS start_hour,
    trace_id,
    min(s.start_unix_nano) AS start_unix_nano,
    max(s.end_unix_nano) AS end_unix_nano,
    count() AS span_count,
    countIf(status_code = 2) AS error_count,
    argMinState(
        CAST(tuple(name, service_name, status_code, parent_span_id = unhex('0000000000000000')), 'Tuple(name String, service String, status UInt8, is_root UInt8)'),
        if(parent_span_id = unhex('0000000000000000'), bitAnd(s.start_unix_nano, 9223372036854775807), bitOr(s.start_unix_nano, 9223372036854775808))
    ) AS head,
    sumMap(map(toString(service_name), toUInt64(1))) AS service_spans,
    sumMapIf(map(toString(service_name), toUInt64(1)), status_code = 2) AS service_errors,
    sumMapIf(map(toString(if(response_model != '', response_model, request_model)), toUInt64(1)), span_type IN ('model', 'embedding') AND (response_model != '' OR request_model != '')) AS model_calls_by_model,
    sumIf(s.input_tokens, span_type IN ('model', 'embedding')) AS input_tokens,
    sumIf(s.output_tokens, span_type IN ('model', 'embedding')) AS output_tokens,
    countIf(span_type = 'model') AS model_calls,
    countIf(span_type = 'tool') AS tool_calls,
    countIf(span_type IN ('retrieval', 'rerank')) AS retrievals,
    max(s.received_at) AS received_at
FROM spans AS s
GROUP BY trace_id, toDate(s.received_at);

-- Where in `spans` a trace lies: its page reads the hours between, not the table.
CREATE TABLE IF NOT EXISTS trace_windows
(
    trace_id FixedString(16),
    start_unix_nano SimpleAggregateFunction(min, UInt64),
    end_unix_nano SimpleAggregateFunction(max, UInt64),
    last_start_unix_nano SimpleAggregateFunction(max, UInt64),
    received_at SimpleAggregateFunction(max, DateTime64(3))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(received_at)
ORDER BY trace_id
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_windows_mv TO trace_windows AS
SELECT
    trace_id,
    min(s.start_unix_nano) AS start_unix_nano,
    max(s.end_unix_nano) AS end_unix_nano,
    max(s.start_unix_nano) AS last_start_unix_nano,
    max(s.received_at) AS received_at
FROM spans AS s
GROUP BY trace_id, toDate(s.received_at);
