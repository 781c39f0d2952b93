import { digest } from "../transfer/digest";
import { answerCalls } from "../worker-calls";

answerCalls(digest, ({ block }) => [block]);
