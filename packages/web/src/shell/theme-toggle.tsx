import { Menu } from "@base-ui/react/menu";
import { Check, Monitor, Moon, Sun } from "lucide-react";
import { useEffect, type ReactElement } from "react";
import { setPreference, usePreference } from "../ui/preference.ts";
import { useMedia } from "../ui/use-media.ts";

const choices = [
  { value: "system", label: "As the system", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const;

/** Whether the page is dark now; drawings on a canvas ask for it. */
export function useDark(): boolean {
  const theme = usePreference("theme");
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  return theme === "dark" || (theme !== "light" && systemDark);
}

export function ThemeToggle(): ReactElement {
  const theme = usePreference("theme") ?? "system";
  const dark = useDark();
  useEffect(() => {
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);
  const Icon = dark ? Moon : Sun;
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label="Theme"
        title="Theme"
        className="grid size-7 place-items-center rounded-md text-ink-2 hover:bg-hover hover:text-ink coarse:size-9"
      >
        <Icon aria-hidden size={15} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="z-50 outline-none" sideOffset={4} align="end">
          <Menu.Popup className="min-w-40 rounded-lg border border-line bg-raised p-1 shadow-pop outline-none">
            <Menu.RadioGroup value={theme} onValueChange={(value) => setPreference("theme", String(value))}>
              {choices.map(({ value, label, icon: ChoiceIcon }) => (
                <Menu.RadioItem
                  key={value}
                  value={value}
                  closeOnClick
                  className="flex h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none data-[highlighted]:bg-hover"
                >
                  <ChoiceIcon aria-hidden size={14} className="text-ink-3" />
                  <span className="flex-1">{label}</span>
                  <Menu.RadioItemIndicator>
                    <Check aria-hidden size={14} />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
