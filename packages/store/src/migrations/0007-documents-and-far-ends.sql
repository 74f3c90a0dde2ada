-- How many documents a retrieval found.
ALTER TABLE spans ADD COLUMN IF NOT EXISTS document_count Nullable(Int64) AFTER reasoning_tokens;

-- A tool called in another process (MCP) has two spans, the caller's and the server's, and is one call: summaries need the kind and the flags to see it.
DROP VIEW IF EXISTS span_facts_mv;

DROP VIEW IF EXISTS trace_summaries_of_facts_mv;

DROP VIEW IF EXISTS trace_windows_of_facts_mv;

DROP TABLE IF EXISTS span_facts;

CREATE TABLE IF NOT EXISTS span_facts
(
    trace_id FixedString(16),
    parent_span_id FixedString(8),
    flags UInt32,
    name LowCardinality(String),
    kind UInt8,
    service_name LowCardinality(String),
    span_type LowCardinality(String),
    start_unix_nano UInt64,
    end_unix_nano UInt64,
    status_code UInt8,
    request_model LowCardinality(String),
    response_model LowCardinality(String),
    input_tokens Nullable(Int64),
    output_tokens Nullable(Int64),
    received_at DateTime64(3)
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS span_facts_mv TO span_facts AS
SELECT
    trace_id, parent_span_id, flags, name, kind, service_name, span_type, start_unix_nano, end_unix_nano, status_code,
    request_model, response_model, input_tokens, output_tokens, received_at
FROM spans;

-- A root outranks every other span, whatever the clocks say: bit 63 is free until the year 2262.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_summaries_of_facts_mv TO trace_summaries AS
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
    -- the far end of a call that its client's span counts: a server's span whose parent is in another process, as far as its flags say
    countIf(span_type = 'tool' AND NOT (kind = 2 AND parent_span_id != unhex('0000000000000000') AND bitAnd(flags, 768) != 256)) AS tool_calls,
    countIf(span_type IN ('retrieval', 'rerank')) AS retrievals,
    max(s.received_at) AS received_at
FROM span_facts AS s
GROUP BY trace_id, toDate(s.received_at);

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_windows_of_facts_mv TO trace_windows AS
SELECT
    trace_id,
    min(s.start_unix_nano) AS start_unix_nano,
    max(s.end_unix_nano) AS end_unix_nano,
    max(s.start_unix_nano) AS last_start_unix_nano,
    max(s.received_at) AS received_at
FROM span_facts AS s
GROUP BY trace_id, toDate(s.received_at);
