import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./api/problem";

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The socket tells of what changed; coming back to the app looks again after a while.
        staleTime: 30_000,
        // What the server refused it refuses again; only what never reached it is worth repeating.
        retry: (failures, error) =>
          failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
        retryDelay: (failures) => 500 * 2 ** failures,
        // Judged by the request itself: a phone may claim to be offline on a working ballroom network.
        networkMode: "always",
        // Which would by itself rule this out.
        refetchOnReconnect: true,
      },
      mutations: { networkMode: "always" },
    },
  });
}
