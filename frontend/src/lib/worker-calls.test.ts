// @vitest-environment node
import { beforeEach, expect, it, vi } from "vitest";
import { answerCalls, WorkerCalls } from "./worker-calls";

/** A worker whose two ends are in one thread. */
class Thread extends EventTarget {
  readonly inside = Object.assign(new EventTarget(), {
    postMessage: (data: unknown) => this.dispatchEvent(new MessageEvent("message", { data })),
  });
  postMessage = (data: unknown) =>
    this.inside.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) }));
  terminate = vi.fn();
}

let thread: Thread;

beforeEach(() => {
  thread = new Thread();
  vi.stubGlobal("self", thread.inside);
});

function answering(answer: (request: never) => Promise<unknown>) {
  answerCalls(answer, () => []);
  return new WorkerCalls<number, unknown>(thread as unknown as Worker);
}

it("brings each answer to whoever asked", async () => {
  const calls = answering((request: number) => Promise.resolve(request * 2));
  expect(await Promise.all([calls.ask(1), calls.ask(2)])).toEqual([2, 4]);
});

it("tells a full disk from any other trouble, by name", async () => {
  const full = answering(() => Promise.reject(new DOMException("full", "QuotaExceededError")));
  await expect(full.ask(1)).rejects.toMatchObject({ name: "QuotaExceededError", message: "full" });
});

it("tells what went wrong also of what is no error", async () => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as a careless library may
  const calls = answering(() => Promise.reject("gone"));
  await expect(calls.ask(1)).rejects.toMatchObject({ name: "Error", message: "gone" });
});

it("refuses what is asked of a worker that has failed or was stopped", async () => {
  const calls = answering(() => new Promise(() => undefined));
  const asked = calls.ask(1);
  thread.dispatchEvent(new Event("error"));
  await expect(asked).rejects.toThrow("the worker could not run");
  await expect(calls.ask(2)).rejects.toThrow("the worker could not run");
  const others = answering(() => new Promise(() => undefined));
  others.close();
  await expect(others.ask(3)).rejects.toThrow("the worker was stopped");
});
