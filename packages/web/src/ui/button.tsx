import type { ButtonHTMLAttributes, ReactElement, ReactNode, Ref } from "react";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  ref?: Ref<HTMLButtonElement>;
  variant?: "plain" | "outline" | "primary";
  /** Square, for an icon alone; then give an `aria-label`. */
  icon?: boolean;
  pressed?: boolean;
  children?: ReactNode;
}

const variants = {
  plain: "text-ink-2 hover:bg-hover hover:text-ink",
  outline: "border border-line-strong/70 bg-surface text-ink-2 hover:bg-hover hover:text-ink",
  primary: "bg-accent text-on-accent hover:brightness-110",
} as const;

export function Button(props: ButtonProps): ReactElement {
  const { variant = "plain", icon = false, pressed, className = "", children, title, ...rest } = props;
  const hint = title ?? (icon ? rest["aria-label"] : undefined);
  return (
    <button
      type="button"
      title={hint}
      aria-pressed={pressed}
      className={`inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md text-xs font-medium whitespace-nowrap transition-colors select-none disabled:opacity-45 coarse:h-9 ${
        icon ? "w-7 coarse:w-9" : "px-2.5"
      } ${pressed === true ? "bg-selected text-accent-ink" : variants[variant]} ${className}`}
      {...rest}
    >
      {children}
    </button>
  );
}
