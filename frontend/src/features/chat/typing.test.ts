import { expect, test } from "vitest";
import { heardTyping, lapsed, nextLapse, NOBODY, stopped, typingWords } from "./typing";

const anna = heardTyping(NOBODY, "a", "Anna", 0);
const both = heardTyping(anna, "b", "Ben", 1_000);

test("says who is typing, and no more names than one reads at a glance", () => {
  expect(typingWords(NOBODY)).toBe("");
  expect(typingWords(anna)).toBe("Anna is typing");
  expect(typingWords(both)).toBe("Anna and Ben are typing");
  expect(typingWords(heardTyping(both, "c", "Cleo", 2_000))).toBe("Several people are typing");
});

test("whoever is heard of no more has stopped, each in their own time", () => {
  expect(nextLapse(both)).toBe(5_000);
  expect(typingWords(lapsed(both, 5_000))).toBe("Ben is typing");
  expect(lapsed(both, 4_999)).toBe(both);
  expect(nextLapse(lapsed(both, 6_000))).toBeUndefined();
});

test("being heard again goes on", () => {
  expect(typingWords(lapsed(heardTyping(both, "a", "Anna", 4_000), 6_500))).toBe("Anna is typing");
});

test("whoever has sent what they typed has stopped", () => {
  expect(typingWords(stopped(both, "a"))).toBe("Ben is typing");
  expect(stopped(both, "nobody")).toBe(both);
});
