import { expect, it } from "vitest";
import { SendBuffer } from "./send-buffer";

/** Sends through a channel that takes `rate` bytes a second, until the buffer has settled. */
function settled(buffer: SendBuffer, rate: number, eventDelayMs = 5): SendBuffer {
  for (let round = 0; round < 50; round++) {
    const { high, low } = buffer;
    const milliseconds = ((high - low) * 1000) / rate + eventDelayMs;
    const after = Math.max(0, high - (rate * milliseconds) / 1000);
    buffer.drained(high, after, milliseconds);
  }
  return buffer;
}

it("keeps half a second of what the channel takes, in messages of a tenth of that", () => {
  const buffer = settled(new SendBuffer(), 3_000_000);
  expect(buffer.high).toBeCloseTo(1_500_000, -3);
  expect(buffer.message).toBeCloseTo(150_000, -3);
});

it("is small on a slow network, though never too small to be worth a message", () => {
  expect(settled(new SendBuffer(), 10_000).message).toBe(16 * 1024);
});

it("stays far below what closes a channel", () => {
  expect(settled(new SendBuffer(), 1e9).high).toBe(4 * 1024 * 1024);
});

it("grows when it runs dry, since nobody can say then what the channel takes", () => {
  const buffer = settled(new SendBuffer(), 10_000);
  settled(buffer, 12_000_000, 100);
  expect(buffer.high).toBe(4 * 1024 * 1024);
});

it("follows a network that becomes slow", () => {
  const buffer = settled(settled(new SendBuffer(), 12_000_000), 400_000);
  expect(buffer.high).toBeCloseTo(200_000, -3);
});
