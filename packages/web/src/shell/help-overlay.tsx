import { Dialog } from "@base-ui/react/dialog";
import { Keyboard, X } from "lucide-react";
import { useEffect, useState, type ReactElement } from "react";
import { Button } from "../ui/button.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { isPageKey } from "../ui/keyboard.ts";

const groups: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: "Everywhere",
    keys: [
      ["?", "This help"],
      ["/", "Search, or find in the trace"],
      ["j k", "Next and previous row"],
      ["Enter", "Open the row"],
      ["Esc", "Close, clear, or go back to all"],
    ],
  },
  {
    title: "Trace: move",
    keys: [
      ["s w", "A page down, up"],
      ["f b", "Next and previous span on the page"],
      ["e E", "Next and previous error"],
      ["t T", "Next and previous tool call"],
      ["n N", "Next and previous find"],
    ],
  },
  {
    title: "Trace: time",
    keys: [
      ["a d", "Pan left, right (also ← →)"],
      ["↑ ↓", "Zoom in, out"],
      ["Shift", "with these: faster"],
      ["0", "The whole trace"],
    ],
  },
  {
    title: "Trace: tree",
    keys: [
      ["[", "Open all"],
      ["]", "Close all"],
      ["o p", "Open, close one level"],
      ["← →", "in the tree: close, open the row"],
      ["↑ ↓", "in the tree: previous, next row"],
    ],
  },
];

/** The list of keys; `?` opens it anywhere. */
export function HelpOverlay(): ReactElement {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "?" && isPageKey(event)) setOpen(true);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        className="grid size-7 place-items-center rounded-md text-ink-2 hover:bg-hover hover:text-ink max-md:hidden"
      >
        <Keyboard aria-hidden size={15} />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[min(44rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-auto rounded-xl border border-line bg-raised p-5 shadow-pop outline-none">
          <div className="mb-4 flex items-center justify-between">
            <Dialog.Title className="text-base font-semibold">Keyboard</Dialog.Title>
            <Dialog.Close render={<Button icon aria-label="Close" />}>
              <X aria-hidden size={16} />
            </Dialog.Close>
          </div>
          <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
            {groups.map((group) => (
              <section key={group.title}>
                <h3 className="mb-2 text-xs font-medium text-ink-3">{group.title}</h3>
                <dl className="space-y-1.5">
                  {group.keys.map(([keys, what]) => (
                    <div key={keys + what} className="flex items-center gap-3">
                      <dt className="flex w-16 shrink-0 gap-1">
                        {keys.split(" ").map((key) => (
                          <Kbd key={key}>{key}</Kbd>
                        ))}
                      </dt>
                      <dd className="text-ink-2">{what}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
