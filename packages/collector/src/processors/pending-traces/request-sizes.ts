import type { TraceView } from "@genscope/otlp";

/** How many bytes the spans of a request would take on their own, each in its resource and scope. */
export class RequestSizes {
  #view: TraceView | undefined;
  #resourceRest = new Float64Array(16);
  #scopeRest = new Float64Array(16);

  begin(view: TraceView): void {
    const { resources, scopes, spans } = view;
    this.#view = view;
    if (this.#resourceRest.length < resources.count) this.#resourceRest = new Float64Array(resources.count * 2);
    if (this.#scopeRest.length < scopes.count) this.#scopeRest = new Float64Array(scopes.count * 2);
    for (let row = 0; row < resources.count; row++)
      this.#resourceRest[row] = framed(resources.end[row]! - resources.start[row]!);
    for (let row = 0; row < scopes.count; row++) {
      const size = framed(scopes.end[row]! - scopes.start[row]!);
      this.#scopeRest[row] = size;
      this.#resourceRest[scopes.resource[row]!]! -= size;
    }
    for (let row = 0; row < spans.count; row++) this.#scopeRest[spans.scope[row]!]! -= this.spanBytes(row);
  }

  spanBytes(row: number): number {
    const { spans } = this.#view!;
    return framed(spans.end[row]! - spans.start[row]!);
  }

  /** Of what is around the first span of a scope, if the spans before it were of `lastScope` (-1: there were none). */
  aroundBytes(scope: number, lastScope: number): number {
    const { scopes } = this.#view!;
    const resource = scopes.resource[scope]!;
    const isOpen = lastScope !== -1 && scopes.resource[lastScope] === resource;
    return this.#scopeRest[scope]! + (isOpen ? 0 : this.#resourceRest[resource]!);
  }
}

/** A message within another: its tag and length, too. */
function framed(length: number): number {
  let size = length + 2;
  for (let rest = length; rest >= 0x80; rest /= 0x80) size++;
  return size;
}
