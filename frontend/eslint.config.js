import { readdirSync } from "node:fs";
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

const features = readdirSync("src/features");

/** Arrows point one way: lib ← components ← features ← pages ← App. */
const forbid = (files, regex, message) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] },
});

const arrows = [
  forbid(
    ["src/lib/**"],
    "^(\\.\\./)+(components|features|pages)/",
    "lib knows nothing of what is built on it.",
  ),
  forbid(
    ["src/components/**"],
    "^(\\.\\./)+(features|pages)/",
    "Components are shared by features; let the page pass in what they show.",
  ),
  forbid(
    ["src/pages/**"],
    "^(@tanstack/react-query|openapi-fetch|valibot)$|/lib/(api/client|api/schema|socket)$",
    "Pages compose features; requests and sockets belong to a feature.",
  ),
  ...features.map((feature) =>
    forbid(
      [`src/features/${feature}/**`],
      `^(\\.\\./)+(pages/|features/|(${features.filter((other) => other !== feature).join("|")})/)`,
      "No feature imports another; compose them in a page.",
    ),
  ),
];

export default defineConfig(
  globalIgnores([
    "dist",
    "dev-dist",
    "test-results",
    "playwright-report",
    "src/lib/api/schema.d.ts",
  ]),
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [reactHooks.configs.flat.recommended, jsxA11y.flatConfigs.strict],
    languageOptions: { globals: globals.browser },
  },
  { files: ["*.config.js", "bench/*.mjs"], languageOptions: { globals: globals.node } },
  { files: ["public/*.js"], languageOptions: { globals: globals.serviceworker } },
  arrows,
);
