import { Check, Copy } from "lucide-react";
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { Button } from "./button.tsx";

/** Puts a text on the clipboard and says so. */
export function CopyButton(props: {
  text: string | (() => string);
  label: string;
  icon?: ReactNode;
  children?: ReactNode;
  className?: string;
}): ReactElement {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), 1500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    const text = typeof props.text === "string" ? props.text : props.text();
    copyText(text).then(
      () => setState("copied"),
      () => setState("refused"),
    );
  };
  const said = state === "copied" ? "Copied" : state === "refused" ? "The browser refused to copy" : props.label;
  return (
    <Button icon={props.children === undefined} aria-label={said} className={props.className ?? ""} onClick={copy}>
      {state === "copied" ? (
        <Check aria-hidden size={13} className="text-ok" />
      ) : (
        (props.icon ?? <Copy aria-hidden size={13} />)
      )}
      {props.children}
    </Button>
  );
}

/** The clipboard interface exists on secure origins only; a plain-http address on a LAN is none. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy refused");
}
