import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Composer } from "./Composer";

const onSend = vi.fn();
const field = () => screen.getByRole("textbox", { name: "Say something" });

beforeEach(() => {
  onSend.mockReset();
  render(<Composer placeholder="Say something" prominent onSend={onSend} />);
});

describe("the composer", () => {
  it("sends on Enter what was written, trimmed, and is empty again", async () => {
    await userEvent.type(field(), "  hello {Enter}");
    expect(onSend).toHaveBeenCalledWith("hello");
    expect(field()).toHaveValue("");
  });

  it("takes Shift+Enter for a new line", async () => {
    await userEvent.type(field(), "one{Shift>}{Enter}{/Shift}two{Enter}");
    expect(onSend).toHaveBeenCalledWith("one\ntwo");
  });

  it("sends no blanks", async () => {
    await userEvent.type(field(), "   {Enter}");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(onSend).not.toHaveBeenCalled();
  });

  it("counts an emoji as one character and says how many are too many", async () => {
    await userEvent.click(field());
    await userEvent.paste("😀".repeat(2_000));
    expect(screen.getByRole("status")).toHaveTextContent("0 characters left");
    await userEvent.paste("!");
    expect(screen.getByRole("status")).toHaveTextContent("1 characters too many");
    await userEvent.keyboard("{Enter}");
    expect(onSend).not.toHaveBeenCalled();
  });
});
