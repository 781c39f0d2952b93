import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { chooseTheme, storedTheme, type Theme } from "../lib/theme";
import { classNames } from "./class-names";

const CHOICES: { theme: Theme; word: string; icon: typeof Sun }[] = [
  { theme: "system", word: "System", icon: Monitor },
  { theme: "dark", word: "Dark", icon: Moon },
  { theme: "light", word: "Light", icon: Sun },
];

export function ThemeSwitch() {
  const [chosen, setChosen] = useState(storedTheme);
  return (
    <fieldset>
      <legend className="pb-2 text-sm font-medium">Appearance</legend>
      <div className="grid grid-cols-3 gap-1 rounded-full bg-raised p-1">
        {CHOICES.map(({ theme, word, icon: Icon }) => (
          <label
            key={theme}
            className={classNames(
              "flex min-h-touch cursor-pointer items-center justify-center gap-2 rounded-full text-sm font-medium transition-colors has-[:focus-visible]:outline has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-ring",
              chosen === theme ? "bg-surface text-text" : "text-muted hover:text-text",
            )}
          >
            <input
              type="radio"
              name="theme"
              value={theme}
              checked={chosen === theme}
              onChange={() => {
                chooseTheme(theme);
                setChosen(theme);
              }}
              className="sr-only"
            />
            <Icon className="size-4" aria-hidden="true" />
            {word}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
