import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { RatingForm } from "./RatingForm";

const bodies: unknown[] = [];
const onRated = vi.fn();

beforeEach(() => {
  bodies.length = 0;
  onRated.mockReset();
  vi.stubGlobal("fetch", async (request: Request) => {
    bodies.push(await request.json());
    return new Response("{}", { status: 201, headers: { "content-type": "application/json" } });
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RatingForm
        matchId="m1"
        partner={{ id: "bob", username: "bob", avatar: null }}
        onRated={onRated}
      />
    </QueryClientProvider>,
  );
});

const send = () => userEvent.click(screen.getByRole("button", { name: "Rate bob" }));

describe("rating", () => {
  it("sends the score, the sentence and whether one would do it again", async () => {
    await userEvent.click(screen.getByRole("radio", { name: "4, Good" }));
    await userEvent.type(screen.getByRole("textbox"), " Steady hands ");
    await userEvent.click(screen.getByRole("switch", { name: "Would film together again" }));
    await send();
    await vi.waitFor(() => expect(onRated).toHaveBeenCalledOnce());
    expect(bodies).toEqual([
      { matchId: "m1", score: 4, comment: "Steady hands", wouldCollaborateAgain: false },
    ]);
  });

  it("asks for a score instead of sending none", async () => {
    await send();
    expect(screen.getByText("Choose one of the five first.")).toBeInTheDocument();
    expect(bodies).toEqual([]);
  });

  it("can be done with the keyboard alone", async () => {
    await userEvent.tab();
    await userEvent.keyboard(" {ArrowRight}{ArrowRight}");
    expect(screen.getByRole("radio", { name: "3, Fine" })).toBeChecked();
  });
});
