import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { DanceEvent } from "../../lib/api/types";
import { tellRefusal } from "../../lib/refusals";
import { PeopleSheet } from "./PeopleSheet";

// jsdom knows the element, but not how to open it.
HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
  this.open = true;
};

it("gives way to what the page says of an unconfirmed address, and to no other refusal", () => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <PeopleSheet
        event={{ id: "e1", name: "Budafest" } as DanceEvent}
        here={[]}
        meId="ann"
        actionFor={() => null}
        onClose={onClose}
      />
    </QueryClientProvider>,
  );
  act(() => tellRefusal("match_exists"));
  expect(onClose).not.toHaveBeenCalled();
  act(() => tellRefusal("email_not_verified"));
  expect(onClose).toHaveBeenCalledOnce();
});
