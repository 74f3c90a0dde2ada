import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { Activity, ListTree } from "lucide-react";
import type { ReactElement } from "react";
import { statusQuery } from "../api/queries.ts";
import { ErrorState } from "../ui/states.tsx";
import { HelpOverlay } from "./help-overlay.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";

const item =
  "inline-flex h-7 items-center gap-1.5 rounded-md px-2.5 text-xs font-medium text-ink-2 hover:bg-hover hover:text-ink coarse:h-9";
const active = { className: "bg-hover text-ink" };

/** What is around every page: where one is, and whether the server is well. */
export function AppShell(): ReactElement {
  return (
    <div className="flex h-dvh flex-col">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-raised focus:p-2">
        Skip to content
      </a>
      <header className="flex h-11 shrink-0 items-center gap-1 border-b border-line bg-surface px-3 coarse:h-12">
        <Link to="/" className="mr-2 flex items-center gap-2 rounded-md pr-1" aria-label="Genscope: all traces">
          <Mark />
          <span className="text-[0.9rem] font-semibold tracking-tight max-sm:sr-only">Genscope</span>
        </Link>
        <nav aria-label="Pages" className="flex items-center gap-0.5">
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }} className={item} activeProps={active}>
            <ListTree aria-hidden size={14} /> Traces
          </Link>
          <Link to="/status" className={item} activeProps={active}>
            <Activity aria-hidden size={14} /> Status
          </Link>
        </nav>
        <div className="ml-auto flex items-center gap-0.5">
          <Health />
          <HelpOverlay />
          <ThemeToggle />
        </div>
      </header>
      <main id="main" className="flex min-h-0 flex-1 flex-col">
        <Outlet />
      </main>
    </div>
  );
}

/** Says something only if something is wrong. */
function Health(): ReactElement | null {
  const status = useQuery(statusQuery(10_000));
  const refused = status.data?.journal.refusedRecords ?? 0;
  const state = status.data?.store.state;
  const trouble = status.isError
    ? "Genscope does not answer"
    : state !== undefined && state !== "ready"
      ? `Store ${state}`
      : refused > 0
        ? "Journal full: requests are refused"
        : undefined;
  if (trouble === undefined) return null;
  return (
    <Link
      to="/status"
      role="status"
      className="mr-1 inline-flex h-7 items-center gap-1.5 rounded-md bg-warn-wash px-2.5 text-xs font-medium text-warn-ink"
    >
      <span aria-hidden className="size-1.5 rounded-full bg-current" />
      {trouble}
    </Link>
  );
}

/** A page that could not be drawn; most likely its files were replaced by a newer version's. */
export function PageFailure({ error }: { error: unknown }): ReactElement {
  return <ErrorState title="This page could not be drawn" error={error} onRetry={() => window.location.reload()} />;
}

export function NotFoundPage(): ReactElement {
  return (
    <div className="m-auto flex flex-col items-center gap-3 p-8">
      <p className="text-base font-semibold">There is no such page.</p>
      <Link to="/" className="text-accent-ink underline underline-offset-2">
        All traces
      </Link>
    </div>
  );
}

function Mark(): ReactElement {
  return (
    <svg aria-hidden width="20" height="20" viewBox="0 0 32 32">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="var(--on-accent)">
        <rect x="6" y="8" width="20" height="4" rx="2" />
        <rect x="10" y="14" width="11" height="4" rx="2" opacity=".8" />
        <rect x="16" y="20" width="9" height="4" rx="2" opacity=".6" />
      </g>
    </svg>
  );
}
