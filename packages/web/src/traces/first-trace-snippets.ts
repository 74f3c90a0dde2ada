/** Lines that send a first trace to this very server, per language. Complete: pasted into a shell they work. */
export interface Snippet {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

export function firstTraceSnippets(http: string): readonly Snippet[] {
  return [
    {
      id: "node",
      label: "Node",
      text: `npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node

export OTEL_SERVICE_NAME=my-app
export OTEL_EXPORTER_OTLP_ENDPOINT=${http}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_METRICS_EXPORTER=none

node --import @opentelemetry/auto-instrumentations-node/register app.js`,
    },
    {
      id: "python",
      label: "Python",
      text: `pip install opentelemetry-distro opentelemetry-exporter-otlp opentelemetry-instrumentation-openai

export OTEL_SERVICE_NAME=my-app
export OTEL_EXPORTER_OTLP_ENDPOINT=${http}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf

opentelemetry-instrument python app.py`,
    },
    {
      id: "curl",
      label: "curl",
      text: `curl -sS ${http}/v1/traces -H 'Content-Type: application/json' -d '{
  "resourceSpans": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my-app"}}]},
    "scopeSpans": [{"scope": {"name": "curl"}, "spans": [{
      "traceId": "'$(openssl rand -hex 16)'",
      "spanId": "'$(openssl rand -hex 8)'",
      "name": "chat gpt-5",
      "kind": 3,
      "startTimeUnixNano": "'$(date +%s)'000000000",
      "endTimeUnixNano": "'$(date +%s)'800000000",
      "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-5"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "34"}}
      ]
    }]}]
  }]
}'`,
    },
    { id: "demo", label: "Demo", text: "npx genscope demo" },
  ];
}
