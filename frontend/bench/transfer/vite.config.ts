import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The two answers of the API that handing over asks for. */
const api: Plugin = {
  name: "bench-api",
  configurePreviewServer(server) {
    server.middlewares.use("/api/webrtc", (request, response) => {
      const created = request.method === "POST";
      response.writeHead(created ? 201 : 200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(created ? { position: 1 } : { iceServers: [], ttlSeconds: 3600 }),
      );
    });
  },
};

/** The bench's page as it would be shipped: built, then served as it is. */
export default defineConfig({
  root: fileURLToPath(new URL("./page", import.meta.url)),
  plugins: [react(), api],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    outDir: fileURLToPath(new URL("../../node_modules/.cache/bench-transfer", import.meta.url)),
    emptyOutDir: true,
    chunkSizeWarningLimit: 2000,
  },
  preview: { host: "127.0.0.1", strictPort: true },
  logLevel: "warn",
});
