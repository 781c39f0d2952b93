import { createDigests } from "./digests";

export type HashRequest =
  { id: number; call: "digest" | "append"; block: ArrayBuffer } | { id: number; call: "whole" };
export type HashAnswer =
  { id: number; block?: ArrayBuffer; hash?: string } | { id: number; error: string };

const digests = createDigests();

self.addEventListener("message", ({ data: request }: MessageEvent<HashRequest>) => {
  void answer(request).then(
    (reply) => {
      self.postMessage(reply, { transfer: reply.block ? [reply.block] : [] });
    },
    (cause: unknown) => {
      self.postMessage({ id: request.id, error: String(cause) } satisfies HashAnswer);
    },
  );
});

async function answer(request: HashRequest): Promise<Extract<HashAnswer, { block?: ArrayBuffer }>> {
  const { id } = request;
  const hasher = await digests;
  switch (request.call) {
    case "digest":
      return { id, ...(await hasher.digest(request.block)) };
    case "append":
      return { id, block: await hasher.append(request.block) };
    case "whole":
      return { id, hash: await hasher.whole() };
  }
}
