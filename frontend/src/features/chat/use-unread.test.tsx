import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { useUnread, useUnreadUpdates } from "./use-unread";

const pushed = vi.hoisted(() => new Set<(data: object) => void>());
vi.mock("../../lib/SocketContext", async () => {
  const { useEffect } = await import("react");
  return {
    useSocketStatus: () => "connecting",
    usePush: (_type: string, handler: (data: object) => void) =>
      useEffect(() => {
        pushed.add(handler);
        return () => void pushed.delete(handler);
      }),
  };
});

let counts: Record<string, number>;
let asked: number;

beforeEach(() => {
  counts = { m1: 2, m2: 0 };
  asked = 0;
  vi.stubGlobal("fetch", () => {
    asked += 1;
    const items = Object.entries(counts).map(([matchId, count]) => ({ matchId, count }));
    return Promise.resolve(
      new Response(JSON.stringify({ items }), { headers: { "content-type": "application/json" } }),
    );
  });
});

/** The app's frame and a page within it both show the counts. */
function App() {
  useUnreadUpdates("ann");
  return (
    <>
      <p>{useUnread().ofMatches} unread</p>
      <Page />
    </>
  );
}
function Page() {
  return <p>{useUnread().of({ matchId: "m1" })} here</p>;
}

function open(): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });
  render(
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>,
  );
  return client;
}

const read = (data: { userId: string; matchId: string }) =>
  act(async () => {
    for (const handler of [...pushed]) handler(data);
    await new Promise((answered) => setTimeout(answered, 20));
  });

it("counts again, once, when what was counted is read", async () => {
  open();
  expect(await screen.findByText("2 here")).toBeInTheDocument();
  expect(asked).toBe(1);
  counts = { m1: 0, m2: 0 };
  await read({ userId: "ann", matchId: "m1" });
  expect(await screen.findByText("0 here")).toBeInTheDocument();
  expect(screen.getByText("0 unread")).toBeInTheDocument();
  expect(asked).toBe(2);
});

it("counts nothing again while one reads along where nothing waits", async () => {
  open();
  expect(await screen.findByText("2 unread")).toBeInTheDocument();
  await read({ userId: "ann", matchId: "m2" });
  await read({ userId: "ann", matchId: "m3" });
  await read({ userId: "bob", matchId: "m1" });
  expect(asked).toBe(1);
});

it("does not believe an answer that was on its way when something was read", async () => {
  counts = { m1: 0 };
  const client = open();
  expect(await screen.findByText("0 here")).toBeInTheDocument();
  counts = { m1: 1 };
  void client.refetchQueries();
  counts = { m1: 0 };
  await read({ userId: "ann", matchId: "m1" });
  expect(screen.getByText("0 here")).toBeInTheDocument();
  expect(asked).toBe(3);
});
