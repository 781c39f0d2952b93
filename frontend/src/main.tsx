import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./index.css";
import { takeNewVersion } from "./lib/take-new-version";
import { applyTheme, storedTheme } from "./lib/theme";

applyTheme(storedTheme());

window.addEventListener("vite:preloadError", () => takeNewVersion(import.meta.url));

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
