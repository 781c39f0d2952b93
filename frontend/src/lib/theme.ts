/** Dark, light, or what the system says. Kept on this device; the stylesheet does the rest. */
export type Theme = "system" | "dark" | "light";

const KEY = "spotlight.theme";
const BACKGROUND = { dark: "#0E0B14", light: "#FBF9FE" };

export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === "dark" || stored === "light" ? stored : "system";
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  // The browser's own bar follows the choice too, not only the system.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.media.includes("light") ? "light" : "dark";
    meta.content = BACKGROUND[theme === "system" ? own : theme];
  }
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  applyTheme(theme);
}
