import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, describe, expect, it } from "vitest";
import { Sheet } from "./Sheet";
import { ToastProvider, useToast } from "./Toast";

// jsdom knows the element, but not how to open it.
HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
  this.open = true;
};

function Page() {
  const [open, setOpen] = useState(false);
  const toast = useToast();
  return (
    <>
      <button onClick={() => setOpen(true)}>Open</button>
      {open && (
        <Sheet title="People" onClose={() => setOpen(false)}>
          <button onClick={() => toast("Ann has left.", "danger")}>Ask Ann</button>
          <button onClick={() => setOpen(false)}>Done</button>
        </Sheet>
      )}
    </>
  );
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

beforeEach(() => {
  render(
    <ToastProvider>
      <Page />
    </ToastProvider>,
  );
});

describe("a toast", () => {
  it("is said in the sheet that hides the page", async () => {
    await press("Open");
    await press("Ask Ann");
    expect(within(screen.getByRole("dialog")).getByText("Ann has left.")).toBeInTheDocument();
    expect(screen.getAllByText("Ann has left.")).toHaveLength(1);
  });

  it("stays on the page when the sheet closes", async () => {
    await press("Open");
    await press("Ask Ann");
    await press("Done");
    expect(within(screen.getByRole("status")).getByText("Ann has left.")).toBeInTheDocument();
  });
});
