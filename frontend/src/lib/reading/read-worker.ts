import { digest } from "../transfer/digest";
import { answerCalls } from "../worker-calls";

export interface ReadRequest {
  file: Blob;
  offset: number;
  length: number;
}

answerCalls(
  async ({ file, offset, length }: ReadRequest) =>
    digest(await file.slice(offset, offset + length).arrayBuffer()),
  ({ block }) => [block],
);
