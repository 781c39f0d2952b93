/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const server = process.env.SPOTLIGHT_SERVER ?? "http://localhost:8080";
const proxy = {
  "/api": { target: server },
  "/healthz": { target: server },
  "/ws": { target: server, ws: true },
};

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      // A reload in the middle of a handover would lose it: the person says when (see UpdateNotice).
      registerType: "prompt",
      injectRegister: false,
      // Found by globPatterns already.
      includeManifestIcons: false,
      manifest: {
        id: "/",
        name: "spotlight.cam",
        short_name: "spotlight",
        description: "I film you, you film me: dance videos straight from phone to phone.",
        lang: "en",
        start_url: "/",
        scope: "/",
        display: "standalone",
        orientation: "portrait",
        background_color: "#0E0B14",
        theme_color: "#0E0B14",
        categories: ["social", "photo"],
        // From the phone's gallery: taken in by public/share-target.js.
        share_target: {
          action: "/share",
          method: "POST",
          enctype: "multipart/form-data",
          params: { files: [{ name: "videos", accept: ["video/*"] }] },
        },
        icons: [
          { src: "/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
          { src: "/maskable-192.png", sizes: "192x192", type: "image/png", purpose: "maskable" },
          { src: "/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,svg,png,webmanifest}"],
        importScripts: ["/share-target.js"],
        // Kept with the service worker itself.
        globIgnores: ["share-target.js"],
        navigateFallback: "/index.html",
        // What the server answers is its own business: only the app's shell lives offline.
        navigateFallbackDenylist: [/^\/api(\/|$)/, /^\/ws(\/|$)/, /^\/(healthz|readyz|metrics)$/],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  server: { port: 5180, proxy },
  preview: { port: 5180, proxy },
  build: {
    target: "es2022",
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost:8080" } },
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
    // A machine may be busy; only what hangs fails for its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
