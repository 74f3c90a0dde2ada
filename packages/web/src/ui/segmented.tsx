import type { ReactElement } from "react";

/** A choice among a few, all in view. */
export function Segmented<Value extends string>(props: {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}): ReactElement {
  return (
    <div role="group" aria-label={props.label} className="flex rounded-md bg-sunken p-0.5">
      {props.choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === props.value}
          className={`h-5 rounded-[5px] px-2 text-2xs font-medium coarse:h-8 ${
            choice.value === props.value ? "bg-surface text-ink shadow-xs" : "text-ink-3 hover:text-ink"
          }`}
          onClick={() => props.onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}
