-- Resources and scopes are stored once, by a hash of their content, and spans point at them: a service sends the same few with every batch.
CREATE TABLE IF NOT EXISTS resources
(
    resource_id UInt64,
    service_name LowCardinality(String),
    string_attributes Map(LowCardinality(String), String),
    int_attributes Map(LowCardinality(String), Int64),
    double_attributes Map(LowCardinality(String), Float64),
    bool_attributes Map(LowCardinality(String), Bool),
    -- arrays, maps, bytes and empty values, as OTLP/JSON AnyValue
    other_attributes Map(LowCardinality(String), String),
    dropped_attributes_count UInt32,
    schema_url String,
    last_seen DateTime
)
ENGINE = ReplacingMergeTree(last_seen)
ORDER BY resource_id;

CREATE TABLE IF NOT EXISTS scopes
(
    scope_id UInt64,
    name String,
    version String,
    string_attributes Map(LowCardinality(String), String),
    int_attributes Map(LowCardinality(String), Int64),
    double_attributes Map(LowCardinality(String), Float64),
    bool_attributes Map(LowCardinality(String), Bool),
    other_attributes Map(LowCardinality(String), String),
    dropped_attributes_count UInt32,
    schema_url String,
    last_seen DateTime
)
ENGINE = ReplacingMergeTree(last_seen)
ORDER BY scope_id;

-- Partitioned by arrival, not by the sender's clock: a clock that is off can neither make thousands of partitions nor outlive retention.
-- Sorted by hour of start, then trace: a list reads the newest hours, a trace is one or two granules once its hours are known (trace_windows).
CREATE TABLE IF NOT EXISTS spans
(
    trace_id FixedString(16),
    span_id FixedString(8),
    parent_span_id FixedString(8),
    trace_state String,
    flags UInt32,
    name LowCardinality(String),
    kind UInt8,
    -- exact, over the whole range of fixed64
    start_unix_nano UInt64 CODEC(Delta(8), ZSTD(1)),
    end_unix_nano UInt64 CODEC(Delta(8), ZSTD(1)),
    status_code UInt8,
    status_message String,
    service_name LowCardinality(String),
    resource_id UInt64,
    scope_id UInt64,
    span_type LowCardinality(String),
    operation LowCardinality(String),
    provider LowCardinality(String),
    request_model LowCardinality(String),
    response_model LowCardinality(String),
    response_id String,
    input_tokens Nullable(Int64),
    output_tokens Nullable(Int64),
    cache_read_tokens Nullable(Int64),
    cache_write_tokens Nullable(Int64),
    reasoning_tokens Nullable(Int64),
    finish_reasons Array(LowCardinality(String)),
    time_to_first_chunk_seconds Nullable(Float64),
    conversation_id String,
    user_id String,
    agent_name LowCardinality(String),
    tool_name LowCardinality(String),
    tool_call_id String,
    data_source_id LowCardinality(String),
    error_type LowCardinality(String),
    string_attributes Map(LowCardinality(String), String),
    int_attributes Map(LowCardinality(String), Int64),
    double_attributes Map(LowCardinality(String), Float64),
    bool_attributes Map(LowCardinality(String), Bool),
    other_attributes Map(LowCardinality(String), String),
    dropped_attributes_count UInt32,
    event_times Array(UInt64),
    event_names Array(LowCardinality(String)),
    -- OTLP/JSON list of KeyValue
    event_attributes Array(String),
    event_dropped_attributes_counts Array(UInt32),
    dropped_events_count UInt32,
    link_trace_ids Array(FixedString(16)),
    link_span_ids Array(FixedString(8)),
    link_trace_states Array(String),
    link_flags Array(UInt32),
    link_attributes Array(String),
    link_dropped_attributes_counts Array(UInt32),
    dropped_links_count UInt32,
    received_at DateTime64(3),
    journal_position UInt64 CODEC(Delta(8), ZSTD(1)),
    start_time DateTime64(9) ALIAS fromUnixTimestamp64Nano(toInt64(start_unix_nano)),
    duration_nano Int64 ALIAS greatest(toInt64(end_unix_nano - start_unix_nano), 0),
    model LowCardinality(String) ALIAS if(response_model != '', response_model, request_model),
    INDEX received_at_minmax received_at TYPE minmax GRANULARITY 1,
    INDEX journal_position_minmax journal_position TYPE minmax GRANULARITY 1,
    INDEX span_id_bloom span_id TYPE bloom_filter(0.001) GRANULARITY 1,
    -- 'key=value' of every string attribute: an equality search reads only granules that hold the pair
    INDEX string_pairs arrayMap((k, v) -> concat(k, '=', v), mapKeys(string_attributes), mapValues(string_attributes)) TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(received_at)
PARTITION BY toDate(received_at)
ORDER BY (intDiv(start_unix_nano, 3600000000000), trace_id, span_id)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000;
