-- What is counted of a call: its tokens by one count whatever the dialect, and its cost, less what calls below it or above it have counted already (0 where that is
-- all). NULL for what is no call, or is not known. A sum over all spans counts every call once. What was stored before has what its calls reported.
ALTER TABLE spans ADD COLUMN IF NOT EXISTS counted_input_tokens Nullable(Int64) DEFAULT if(span_type IN ('model', 'embedding'), input_tokens, NULL) AFTER price_version;

ALTER TABLE spans ADD COLUMN IF NOT EXISTS counted_output_tokens Nullable(Int64) DEFAULT if(span_type IN ('model', 'embedding'), output_tokens, NULL) AFTER counted_input_tokens;

ALTER TABLE spans ADD COLUMN IF NOT EXISTS counted_cache_read_tokens Nullable(Int64) DEFAULT if(span_type IN ('model', 'embedding'), cache_read_tokens, NULL) AFTER counted_output_tokens;

ALTER TABLE spans ADD COLUMN IF NOT EXISTS counted_cache_write_tokens Nullable(Int64) DEFAULT if(span_type IN ('model', 'embedding'), cache_write_tokens, NULL) AFTER counted_cache_read_tokens;

ALTER TABLE spans ADD COLUMN IF NOT EXISTS counted_reasoning_tokens Nullable(Int64) DEFAULT if(span_type IN ('model', 'embedding'), reasoning_tokens, NULL) AFTER counted_cache_write_tokens;

ALTER TABLE spans ADD COLUMN IF NOT EXISTS counted_cost_usd Nullable(Float64) DEFAULT cost_usd AFTER counted_reasoning_tokens;

-- Whether a call says nothing that was not counted elsewhere.
ALTER TABLE spans ADD COLUMN IF NOT EXISTS is_rolled_up Bool ALIAS
    span_type IN ('model', 'embedding')
    AND ifNull(input_tokens, 0) + ifNull(output_tokens, 0) > 0
    AND ifNull(counted_input_tokens, 0) + ifNull(counted_output_tokens, 0) = 0;

-- Summaries have the tokens that are counted.
DROP VIEW IF EXISTS span_facts_mv;

CREATE MATERIALIZED VIEW IF NOT EXISTS span_facts_mv TO span_facts AS
SELECT
    trace_id, parent_span_id, flags, name, kind, service_name, span_type, start_unix_nano, end_unix_nano, status_code,
    request_model, response_model, counted_input_tokens AS input_tokens, counted_output_tokens AS output_tokens, received_at
FROM spans;
