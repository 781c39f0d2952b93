import { digest } from "../transfer/digest";
import type { Digested } from "../transfer/hasher";
import { answerCalls } from "../worker-calls";

export interface ReadRequest {
  file: Blob;
  offset: number;
  length: number;
}

answerCalls(
  async ({ file, offset, length }: ReadRequest): Promise<Digested> => {
    const block = await file.slice(offset, offset + length).arrayBuffer();
    return { hash: await digest(block), block };
  },
  ({ block }) => [block],
);
