import type { ContextName } from "./contexts.ts";
import type { Cursor } from "./cursor.ts";

type Walk = (cursor: Cursor, visit: (cursor: Cursor) => void) => void;

/** False if the scope, or the resource it is in, was dropped. */
function toScope(cursor: Cursor, scope: number): boolean {
  const resource = cursor.view.scopes.resource[scope]!;
  cursor.scope = scope;
  cursor.resource = resource;
  const { edits } = cursor;
  return edits.dropped.size === 0 || !(edits.isDropped("scope", scope) || edits.isDropped("resource", resource));
}

const eachSpan: Walk = (cursor, visit) => {
  const { spans } = cursor.traces;
  for (let span = 0; span < spans.count; span++) {
    if (cursor.edits.isDropped("span", span) || !toScope(cursor, spans.scope[span]!)) continue;
    cursor.span = span;
    visit(cursor);
  }
};

const eachMetric: Walk = (cursor, visit) => {
  const { metrics } = cursor.metrics;
  for (let metric = 0; metric < metrics.count; metric++) {
    if (cursor.edits.isDropped("metric", metric) || !toScope(cursor, metrics.scope[metric]!)) continue;
    cursor.metric = metric;
    visit(cursor);
  }
};

const eachPoint: Walk = (cursor, visit) => {
  const { metrics, points } = cursor.metrics;
  for (let point = 0; point < points.count; point++) {
    const metric = points.metric[point]!;
    if (cursor.edits.isDropped("metric", metric) || cursor.edits.isDropped("point", point)) continue;
    if (!toScope(cursor, metrics.scope[metric]!)) continue;
    cursor.metric = metric;
    cursor.point = point;
    visit(cursor);
  }
};

const walks: Readonly<Record<ContextName, Walk>> = {
  resource: (cursor, visit) => {
    const { resources } = cursor.view;
    for (let resource = 0; resource < resources.count; resource++) {
      cursor.resource = resource;
      if (!cursor.edits.isDropped("resource", resource)) visit(cursor);
    }
  },
  scope: (cursor, visit) => {
    const { scopes } = cursor.view;
    for (let scope = 0; scope < scopes.count; scope++) if (toScope(cursor, scope)) visit(cursor);
  },
  span: eachSpan,
  spanevent: (cursor, visit) =>
    eachSpan(cursor, () => {
      const { spans, events } = cursor.traces;
      let index = 0;
      for (let event = spans.firstEvent[cursor.span]!; event !== -1; event = events.next[event]!) {
        cursor.eventIndex = index++;
        cursor.event = event;
        if (!cursor.edits.isDropped("event", event)) visit(cursor);
      }
    }),
  spanlink: (cursor, visit) =>
    eachSpan(cursor, () => {
      const { spans, links } = cursor.traces;
      for (let link = spans.firstLink[cursor.span]!; link !== -1; link = links.next[link]!) {
        cursor.link = link;
        if (!cursor.edits.isDropped("link", link)) visit(cursor);
      }
    }),
  log: (cursor, visit) => {
    const { logs } = cursor.logs;
    for (let log = 0; log < logs.count; log++) {
      if (cursor.edits.isDropped("log", log) || !toScope(cursor, logs.scope[log]!)) continue;
      cursor.log = log;
      visit(cursor);
    }
  },
  metric: eachMetric,
  datapoint: eachPoint,
  exemplar: (cursor, visit) =>
    eachPoint(cursor, () => {
      const { points, exemplars } = cursor.metrics;
      for (let row = points.firstExemplar[cursor.point]!; row !== -1; row = exemplars.next[row]!) {
        cursor.exemplar = row;
        if (!cursor.edits.isDropped("exemplar", row)) visit(cursor);
      }
    }),
};

/** Sets the cursor on every item of a context that is not dropped, in order, its cache empty, and has it visited. */
export function eachItem(context: ContextName, cursor: Cursor, visit: (cursor: Cursor) => void): void {
  walks[context](cursor, (at) => {
    at.clearCache();
    visit(at);
  });
}
