import { QueryClient, QueryClientProvider, useInfiniteQuery } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { keys } from "../../lib/query-keys";
import { readAgain } from "./read-again";

const ROOM = { kind: "event", eventId: "e1" } as const;

it("reads a room anew although its first reading has not come in yet", async () => {
  const answers: ((said: string) => void)[] = [];
  const read = vi.fn(() => new Promise<string>((resolve) => answers.push(resolve)));
  const client = new QueryClient();
  function Reader() {
    const { data } = useInfiniteQuery({
      queryKey: keys.messages("event:e1"),
      queryFn: read,
      initialPageParam: 0,
      getNextPageParam: () => undefined,
      staleTime: Infinity,
    });
    return <p>{data?.pages.join()}</p>;
  }
  render(
    <QueryClientProvider client={client}>
      <Reader />
    </QueryClientProvider>,
  );
  const done = readAgain(client, ROOM);
  expect(read).toHaveBeenCalledTimes(1);
  await act(async () => {
    answers[0]?.("before");
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(2));
    answers[1]?.("before and since");
    await done;
  });
  expect(await screen.findByText("before and since")).toBeVisible();
});
