CREATE TABLE IF NOT EXISTS logs
(
    time_unix_nano UInt64 CODEC(Delta(8), ZSTD(1)),
    observed_time_unix_nano UInt64 CODEC(Delta(8), ZSTD(1)),
    -- all zero where the record belongs to no trace
    trace_id FixedString(16),
    span_id FixedString(8),
    flags UInt32,
    severity_number UInt8,
    severity_text LowCardinality(String),
    event_name LowCardinality(String),
    -- OTLP/JSON AnyValue
    body String,
    service_name LowCardinality(String),
    resource_id UInt64,
    scope_id UInt64,
    string_attributes Map(LowCardinality(String), String),
    int_attributes Map(LowCardinality(String), Int64),
    double_attributes Map(LowCardinality(String), Float64),
    bool_attributes Map(LowCardinality(String), Bool),
    other_attributes Map(LowCardinality(String), String),
    dropped_attributes_count UInt32,
    received_at DateTime64(3),
    journal_position UInt64 CODEC(Delta(8), ZSTD(1)),
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX journal_position_minmax journal_position TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(received_at)
ORDER BY (intDiv(if(time_unix_nano = 0, observed_time_unix_nano, time_unix_nano), 300000000000), service_name, time_unix_nano);
