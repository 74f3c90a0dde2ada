import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { AppShell, NotFoundPage, PageFailure } from "./shell/app-shell.tsx";
import { TracesPage } from "./traces/traces-page.tsx";
import { parseListSearch } from "./url/list-search.ts";
import { formatQueryString, parseQueryString } from "./url/query-string.ts";
import { parseTraceSearch } from "./url/trace-search.ts";

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: AppShell,
  notFoundComponent: NotFoundPage,
});

export const tracesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: parseListSearch,
  component: TracesPage,
});

export const traceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/trace/$traceId",
  validateSearch: parseTraceSearch,
  component: lazyRouteComponent(() => import("./trace/trace-page.tsx"), "TracePage"),
});

export const statusRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/status",
  component: lazyRouteComponent(() => import("./status/status-page.tsx"), "StatusPage"),
});

const routeTree = rootRoute.addChildren([tracesRoute, traceRoute, statusRoute]);

// The inferred type carries the routes' addresses to every link and search in the app.
// oxlint-disable-next-line typescript/explicit-module-boundary-types
export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch: parseQueryString,
    stringifySearch: formatQueryString,
    defaultPreload: "intent",
    defaultErrorComponent: PageFailure,
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
