import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { beforeEach, expect, it, vi } from "vitest";
import { keys } from "../../lib/query-keys";
import { Chat } from "./Chat";
import type { ChatMessage } from "./chat-message";
import { OutboxProvider } from "./OutboxContext";

const socket = vi.hoisted(() => ({
  request: () => Promise.resolve({}),
  deliver: () => Promise.resolve({}),
  onStatus: () => () => undefined,
}));
vi.mock("../../lib/SocketContext", () => ({
  useSocket: () => socket,
  useSocketStatus: () => "open",
  usePush: () => undefined,
}));

/** The top of the list is always in view, as in a room whose messages do not fill the screen. */
class AlwaysInView {
  private readonly seen: (entries: { isIntersecting: boolean }[]) => void;
  constructor(seen: (entries: { isIntersecting: boolean }[]) => void) {
    this.seen = seen;
  }
  observe() {
    this.seen([{ isIntersecting: true }]);
  }
  disconnect() {
    /* Nothing is being watched. */
  }
}
class NeverResized {
  observe() {
    /* jsdom lays nothing out. */
  }
  disconnect() {
    /* As above. */
  }
}

const ROOM = { kind: "event", eventId: "e1" } as const;
const ANN = { id: "ann", username: "ann", avatar: null };
const said = (id: string, position: number): ChatMessage => ({
  id,
  position,
  userId: "bob",
  username: "bob",
  avatar: null,
  content: `words of ${id}`,
  type: "text",
  createdAt: "2026-12-03T20:00:00Z",
});

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": status === 200 ? "application/json" : "application/problem+json" },
  });
const broken = () => json({ code: "internal", title: "Broken", detail: "It broke." }, 500);
const newest = () => json({ items: [said("late", 9)], nextCursor: "further" });
const oldest = () => json({ items: [said("early", 1)], nextCursor: null });

/** Answers each page by what the test says, and counts how often each was asked for. */
const asked = { newest: 0, older: 0 };
let answer: { newest: () => Response; older: () => Response };

beforeEach(() => {
  Object.assign(asked, { newest: 0, older: 0 });
  answer = { newest, older: oldest };
  vi.stubGlobal("IntersectionObserver", AlwaysInView);
  vi.stubGlobal("ResizeObserver", NeverResized);
  vi.stubGlobal("fetch", ({ url }: Request) => {
    if (!url.includes("/messages")) return Promise.resolve(json({}));
    const page = url.includes("cursor=") ? "older" : "newest";
    asked[page] += 1;
    return Promise.resolve(answer[page]());
  });
});

function open() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <OutboxProvider userId="ann">
          <Chat room={ROOM} me={ANN} empty={null} placeholder="Say" onReport={() => undefined} />
        </OutboxProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  const hear = (message: ChatMessage) =>
    act(async () => {
      client.setQueryData(keys.liveMessages("event:e1"), [message]);
      // What is cached is drawn in a turn of its own.
      await new Promise((drawn) => setTimeout(drawn));
    });
  return { hear };
}

it("says that older messages did not load, and asks for them again when told to alone", async () => {
  answer.older = broken;
  const { hear } = open();
  expect(await screen.findByRole("alert")).toHaveTextContent("It broke.");
  expect(screen.getByText("words of late")).toBeInTheDocument();
  await hear(said("now", 10));
  expect(screen.getByText("words of now")).toBeInTheDocument();
  expect(asked.older).toBe(1);

  answer.older = oldest;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("words of early")).toBeInTheDocument();
  expect(asked).toEqual({ newest: 1, older: 2 });
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  expect(screen.getByRole("region", { name: "Messages" })).toHaveFocus();
});

it("still says that the past did not load when something is heard live", async () => {
  answer.newest = broken;
  const { hear } = open();
  expect(await screen.findByRole("alert")).toHaveTextContent("It broke.");
  await hear(said("now", 10));
  expect(screen.getByText("words of now")).toBeInTheDocument();
  expect(screen.getByRole("alert")).toHaveTextContent("It broke.");

  answer.newest = newest;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("words of late")).toBeInTheDocument();
  expect(screen.getByText("words of now")).toBeInTheDocument();
});
