import { describe, expect, it } from "vitest";
import { mergeMessages, type ChatMessage } from "./chat-message";
import { groupMessages } from "./group-messages";

const message = (id: string, userId: string, at: Date, position?: number): ChatMessage => ({
  id,
  userId,
  username: userId,
  avatar: null,
  content: id,
  type: "text",
  createdAt: at.toISOString(),
  position,
});
const at = (day: number, hour: number, minute: number, second = 0) =>
  new Date(2026, 10, day, hour, minute, second);

describe("groupMessages", () => {
  it("puts together what one person said within a minute of the last", () => {
    const [day] = groupMessages([
      message("1", "ann", at(1, 12, 0, 50)),
      message("2", "ann", at(1, 12, 1, 20)),
      message("3", "ann", at(1, 12, 2, 30)),
    ]);
    expect(day?.groups.map(({ messages }) => messages.map(({ id }) => id))).toEqual([
      ["1", "2"],
      ["3"],
    ]);
  });

  it("begins a new group when somebody else speaks", () => {
    const [day] = groupMessages([
      message("1", "ann", at(1, 12, 0)),
      message("2", "bob", at(1, 12, 0, 5)),
      message("3", "ann", at(1, 12, 0, 9)),
    ]);
    expect(day?.groups.map(({ author }) => author.userId)).toEqual(["ann", "bob", "ann"]);
  });

  it("divides days where the reader's own midnight is", () => {
    const days = groupMessages([
      message("1", "ann", at(1, 23, 59, 50)),
      message("2", "ann", at(2, 0, 0, 5)),
    ]);
    expect(days.map(({ day }) => day)).toEqual(["2026-11-01", "2026-11-02"]);
  });
});

describe("mergeMessages", () => {
  const early = message("a", "ann", at(1, 12, 0), 1);
  const late = message("b", "bob", at(1, 12, 1), 2);

  it("shows a message once that is in a page and was heard live", () => {
    expect(mergeMessages([early, late], [late])).toEqual([early, late]);
  });

  it("follows the log's order, not that of clocks", () => {
    const skewed = message("c", "cat", at(1, 11, 0), 3);
    expect(mergeMessages([early], [skewed, late]).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("keeps the place of a message that is repeated without one", () => {
    const placeless = { ...early, position: undefined };
    expect(mergeMessages([early, late], [placeless]).map(({ id }) => id)).toEqual(["a", "b"]);
  });
});
