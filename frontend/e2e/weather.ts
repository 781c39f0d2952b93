import type { BrowserContext, WebSocketRoute } from "@playwright/test";

/** The ballroom's Wi-Fi between one person's browser and the server. */
export class Weather {
  #down = false;
  readonly #sockets = new Set<WebSocketRoute>();

  /** To be called before the first page is opened. */
  static async over(context: BrowserContext): Promise<Weather> {
    const weather = new Weather();
    await context.routeWebSocket(/\/ws(\?|$)/, (socket) => {
      if (weather.#down) {
        void socket.close();
        return;
      }
      socket.connectToServer();
      weather.#sockets.add(socket);
    });
    await context.route("**/api/**", (route) =>
      weather.#down ? route.abort("internetdisconnected") : route.fallback(),
    );
    return weather;
  }

  /** Nothing gets through, and what was connected is cut. */
  async breaks(): Promise<void> {
    this.#down = true;
    await Promise.all([...this.#sockets].map((socket) => socket.close({ code: 3001 })));
    this.#sockets.clear();
  }

  clears(): void {
    this.#down = false;
  }
}
