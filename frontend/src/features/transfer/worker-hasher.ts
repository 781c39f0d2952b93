import type { Hasher } from "./hasher";
import type { HashAnswer, HashRequest } from "./hash-worker";

type Answered = Extract<HashAnswer, { block?: ArrayBuffer }>;
type Call = { call: "digest" | "append"; block: ArrayBuffer } | { call: "whole" };

/** Hashes in a worker of its own, so that neither the page nor the channel waits for arithmetic. */
export function createWorkerHasher(): Hasher {
  const worker = new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<
    number,
    { resolve: (answer: Answered) => void; reject: (cause: Error) => void }
  >();
  let lastId = 0;

  worker.addEventListener("message", ({ data: answer }: MessageEvent<HashAnswer>) => {
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) caller?.reject(new Error(answer.error));
    else caller?.resolve(answer);
  });
  worker.addEventListener("error", () => {
    for (const { reject } of waiting.values()) reject(new Error("the hash worker could not run"));
    waiting.clear();
  });

  const ask = (call: Call) =>
    new Promise<Answered>((resolve, reject) => {
      const request: HashRequest = { id: ++lastId, ...call };
      waiting.set(request.id, { resolve, reject });
      worker.postMessage(request, "block" in call ? [call.block] : []);
    });

  return {
    async digest(block) {
      const { hash, block: returned } = await ask({ call: "digest", block });
      return { hash: required(hash), block: required(returned) };
    },
    append: async (block) => required((await ask({ call: "append", block })).block),
    whole: async () => required((await ask({ call: "whole" })).hash),
    close() {
      worker.terminate();
      for (const { reject } of waiting.values()) reject(new Error("hashing was stopped"));
      waiting.clear();
    },
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the hash worker answered without a result");
  return value;
}
