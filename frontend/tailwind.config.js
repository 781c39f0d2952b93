/** Tokens live in src/index.css as CSS variables, so that dark and light share every class. */
const token = (name) => `rgb(var(--${name}) / <alpha-value>)`;

/** @type {import("tailwindcss").Config} */
export default {
  content: ["./index.html", "./src/**/*.{ts,tsx}"],
  theme: {
    colors: {
      transparent: "transparent",
      current: "currentColor",
      background: token("background"),
      surface: token("surface"),
      raised: token("raised"),
      line: token("line"),
      text: token("text"),
      muted: token("muted"),
      accent: token("accent"),
      "on-accent": token("on-accent"),
      "accent-text": token("accent-text"),
      second: token("second"),
      success: token("success"),
      danger: token("danger"),
      control: token("control"),
      ring: token("ring"),
      scrim: token("scrim"),
    },
    fontSize: {
      xs: ["0.8125rem", "1.125rem"],
      sm: ["0.875rem", "1.25rem"],
      base: ["1rem", "1.5rem"],
      lg: ["1.125rem", "1.625rem"],
      xl: ["1.375rem", "1.75rem"],
      "2xl": ["1.75rem", "2.125rem"],
      "3xl": ["2.25rem", "2.625rem"],
    },
    borderRadius: { none: "0", sm: "6px", DEFAULT: "12px", full: "999px" },
    boxShadow: {
      none: "none",
      // Not named as a colour is: Tailwind would tint the shadow with it.
      lifted: "0 8px 32px rgb(0 0 0 / 0.32)",
    },
    extend: {
      fontFamily: { sans: ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"] },
      minHeight: { touch: "44px" },
      minWidth: { touch: "44px" },
      transitionDuration: { DEFAULT: "150ms" },
      transitionTimingFunction: { DEFAULT: "ease-out" },
      keyframes: {
        arrive: { from: { opacity: "0", transform: "translateY(8px)" } },
        "slide-up": { from: { transform: "translateY(100%)" } },
        breathe: { "50%": { opacity: "0.5" } },
      },
      animation: {
        arrive: "arrive 250ms ease-out",
        "slide-up": "slide-up 250ms ease-out",
        breathe: "breathe 1.6s ease-in-out infinite",
      },
    },
  },
  plugins: [
    // A phone on its side, or with its keyboard open: what is being done needs all the height.
    ({ addVariant }) => addVariant("short", "@media (max-height: 560px)"),
  ],
};
