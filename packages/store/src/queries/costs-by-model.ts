const select = `
SELECT
    provider, if(response_model = '', request_model, response_model) AS model, count() AS calls,
    sum(spans.input_tokens) AS input_tokens, sum(spans.output_tokens) AS output_tokens,
    round(sum(spans.cost_usd), 6) AS cost_usd, countIf(spans.cost_usd IS NULL) AS without_price
FROM spans
WHERE price_version != ''
GROUP BY provider, model`;

/** SQL of what calls cost by model, dearest first; only models with calls that have no price, if asked. */
export function costsByModel(isUnpricedOnly = false): string {
  const having = isUnpricedOnly ? "HAVING without_price > 0" : "";
  return `${select} ${having} ORDER BY cost_usd DESC NULLS LAST, calls DESC`;
}
