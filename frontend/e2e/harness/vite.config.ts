import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The two answers of the API that handing over asks for. */
const api: Plugin = {
  name: "harness-api",
  configureServer(server) {
    server.middlewares.use("/api/webrtc", (request, response) => {
      const created = request.method === "POST";
      response.writeHead(created ? 201 : 200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(created ? { position: 1 } : { iceServers: [], ttlSeconds: 3600 }),
      );
    });
  },
};

export default defineConfig({
  root: here,
  plugins: [react(), api],
  server: {
    port: Number(process.env.HARNESS_PORT ?? 5190),
    strictPort: true,
    fs: { allow: [fileURLToPath(new URL("../..", import.meta.url))] },
  },
  // Known beforehand, since finding one late would reload the page in the middle of a transfer.
  optimizeDeps: { include: ["react", "react-dom/client", "lucide-react", "valibot", "idb"] },
  cacheDir: fileURLToPath(new URL("../../node_modules/.vite-harness", import.meta.url)),
});
