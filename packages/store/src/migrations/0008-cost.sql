-- What a call cost, in US dollars, by the prices that price_version names. NULL where no price is known; empty price_version where nothing was priced.
ALTER TABLE spans ADD COLUMN IF NOT EXISTS service_tier LowCardinality(String) AFTER error_type;

ALTER TABLE spans ADD COLUMN IF NOT EXISTS cost_usd Nullable(Float64) AFTER service_tier;

ALTER TABLE spans ADD COLUMN IF NOT EXISTS price_version LowCardinality(String) AFTER cost_usd;
