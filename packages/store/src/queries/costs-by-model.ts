const select = `
SELECT
    provider, if(response_model = '', request_model, response_model) AS model, countIf(NOT is_rolled_up) AS calls,
    sum(counted_input_tokens) AS input_tokens, sum(counted_output_tokens) AS output_tokens,
    round(sum(counted_cost_usd), 6) AS cost_usd, countIf(counted_cost_usd IS NULL AND NOT is_rolled_up) AS without_price
FROM spans
WHERE price_version != ''
GROUP BY provider, model
HAVING (calls > 0 OR cost_usd > 0)`;

/** SQL of what calls cost by model, dearest first; only models with calls that have no price, if asked. A call that repeats another is not counted. */
export function costsByModel(isUnpricedOnly = false): string {
  const having = isUnpricedOnly ? "AND without_price > 0" : "";
  return `${select} ${having} ORDER BY cost_usd DESC NULLS LAST, calls DESC`;
}
