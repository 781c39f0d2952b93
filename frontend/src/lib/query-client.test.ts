import { QueryObserver } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { createQueryClient } from "./query-client";

it("reads again what failed once the phone has found a network", async () => {
  const client = createQueryClient();
  client.mount();
  const queryFn = vi.fn(() => Promise.reject(new Error("unreachable")));
  const stop = new QueryObserver(client, { queryKey: ["events"], queryFn }).subscribe(
    () => undefined,
  );
  await vi.waitFor(() => expect(client.getQueryState(["events"])?.status).toBe("error"));

  window.dispatchEvent(new Event("offline"));
  window.dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(queryFn).toHaveBeenCalledTimes(2));
  stop();
  client.unmount();
});
