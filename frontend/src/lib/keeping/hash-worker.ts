import { digest } from "../transfer/digest";
import { answerCalls } from "./worker-calls";

export interface Digested {
  hash: string;
  block: ArrayBuffer;
}

answerCalls(
  async (block: ArrayBuffer): Promise<Digested> => ({ hash: await digest(block), block }),
  ({ block }) => [block],
);
