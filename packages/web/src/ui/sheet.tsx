import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Button } from "./button.tsx";

/** A panel over the page, from below: what a side panel is on a phone. */
export function Sheet(props: {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Whether the panel brings a heading and a way to close of its own. */
  bare?: boolean;
  children: ReactNode;
}): ReactElement {
  return (
    <Dialog.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Popup
          initialFocus={false}
          className="fixed inset-x-0 bottom-0 z-50 flex h-[88dvh] flex-col overflow-hidden rounded-t-xl border-t border-line bg-surface shadow-pop transition-transform duration-200 data-[ending-style]:translate-y-full data-[starting-style]:translate-y-full"
        >
          {props.bare === true ? (
            <Dialog.Title className="sr-only">{props.title}</Dialog.Title>
          ) : (
            <div className="flex items-center justify-between border-b border-line py-2 pr-2 pl-4">
              <Dialog.Title className="font-semibold">{props.title}</Dialog.Title>
              <Button icon aria-label="Close" onClick={props.onClose}>
                <X aria-hidden size={16} />
              </Button>
            </div>
          )}
          <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">{props.children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
