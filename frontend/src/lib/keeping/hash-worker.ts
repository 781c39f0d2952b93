import { digest } from "../transfer/digest";
import type { Digested } from "../transfer/hasher";
import { answerCalls } from "../worker-calls";

answerCalls(
  async (block: ArrayBuffer): Promise<Digested> => ({ hash: await digest(block), block }),
  ({ block }) => [block],
);
