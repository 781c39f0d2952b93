/** Questions to a worker, each answered once, and buffers that travel there and back without being copied. */

interface Asked<Request> {
  id: number;
  request: Request;
}

/** What is known of an error by its name alone, a full disk for one, is known by it in the page as well. */
interface Failure {
  name: string;
  message: string;
}

type Answered<Answer> = { id: number; answer: Answer } | { id: number; failure: Failure };

interface Caller<Answer> {
  resolve: (answer: Answer) => void;
  reject: (cause: Error) => void;
}

/** The page's end. */
export class WorkerCalls<Request, Answer> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Caller<Answer>>();
  #lastId = 0;
  /** Why nothing is answered any more. */
  #over: string | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Answered<Answer>>) => {
      const caller = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("failure" in data) caller?.reject(errorOf(data.failure));
      else caller?.resolve(data.answer);
    });
    worker.addEventListener("error", () => this.#refuse("the worker could not run"));
  }

  ask(request: Request, handedOver: Transferable[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) {
        reject(new Error(this.#over));
        return;
      }
      const id = ++this.#lastId;
      this.#worker.postMessage({ id, request } satisfies Asked<Request>, handedOver);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  close(): void {
    this.#worker.terminate();
    this.#refuse("the worker was stopped");
  }

  #refuse(why: string): void {
    this.#over ??= why;
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }
}

/**
 * The worker's end: whatever the page asks is a request, as both are written together. Buffers that
 * `handedOver` names in an answer leave with it.
 */
export function answerCalls<Answer>(
  answer: (request: never) => Promise<Answer>,
  handedOver: (answer: Answer) => Transferable[],
): void {
  self.addEventListener("message", ({ data: { id, request } }: MessageEvent<Asked<never>>) => {
    answer(request).then(
      (given) => {
        const message: Answered<Answer> = { id, answer: given };
        self.postMessage(message, { transfer: handedOver(given) });
      },
      (cause: unknown) => {
        const message: Answered<Answer> = { id, failure: failureOf(cause) };
        self.postMessage(message);
      },
    );
  });
}

function failureOf(cause: unknown): Failure {
  // A DOMException need not be an Error in every browser.
  if (cause instanceof Error || cause instanceof DOMException) {
    const { name, message } = cause;
    return { name, message };
  }
  return { name: "Error", message: String(cause) };
}

function errorOf({ name, message }: Failure): Error {
  return Object.assign(new Error(message), { name });
}
