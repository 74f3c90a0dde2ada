-- Data points of all five kinds. A column that a kind does not have is empty there and costs next to nothing.
CREATE TABLE IF NOT EXISTS metric_points
(
    name LowCardinality(String),
    description LowCardinality(String),
    unit LowCardinality(String),
    kind Enum8('gauge' = 5, 'sum' = 7, 'histogram' = 9, 'exponential_histogram' = 10, 'summary' = 11),
    -- 0 unspecified, 1 delta, 2 cumulative
    aggregation_temporality UInt8,
    is_monotonic Bool,
    -- OTLP/JSON list of KeyValue
    metadata String,
    service_name LowCardinality(String),
    resource_id UInt64,
    scope_id UInt64,
    string_attributes Map(LowCardinality(String), String),
    int_attributes Map(LowCardinality(String), Int64),
    double_attributes Map(LowCardinality(String), Float64),
    bool_attributes Map(LowCardinality(String), Bool),
    other_attributes Map(LowCardinality(String), String),
    start_unix_nano UInt64 CODEC(Delta(8), ZSTD(1)),
    time_unix_nano UInt64 CODEC(Delta(8), ZSTD(1)),
    flags UInt32,
    -- gauge and sum: one of the two; neither where no value was recorded
    int_value Nullable(Int64),
    double_value Nullable(Float64),
    count UInt64,
    sum Nullable(Float64),
    min Nullable(Float64),
    max Nullable(Float64),
    bucket_counts Array(UInt64),
    explicit_bounds Array(Float64),
    scale Int32,
    zero_count UInt64,
    zero_threshold Float64,
    positive_offset Int32,
    positive_bucket_counts Array(UInt64),
    negative_offset Int32,
    negative_bucket_counts Array(UInt64),
    quantiles Array(Float64),
    quantile_values Array(Float64),
    exemplar_times Array(UInt64),
    exemplar_trace_ids Array(FixedString(16)),
    exemplar_span_ids Array(FixedString(8)),
    exemplar_int_values Array(Nullable(Int64)),
    exemplar_double_values Array(Nullable(Float64)),
    -- OTLP/JSON list of KeyValue
    exemplar_attributes Array(String),
    received_at DateTime64(3),
    journal_position UInt64 CODEC(Delta(8), ZSTD(1)),
    INDEX journal_position_minmax journal_position TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(received_at)
ORDER BY (name, service_name, intDiv(time_unix_nano, 3600000000000), resource_id, time_unix_nano);
