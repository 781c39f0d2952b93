import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Where programs run: on this machine as it is, or in a network namespace of their own. */
export class Place {
  readonly #prefix: readonly string[];

  private constructor(prefix: readonly string[]) {
    this.#prefix = prefix;
  }

  static readonly here = new Place([]);

  static inNamespace(name: string): Place {
    return new Place(["ip", "netns", "exec", name]);
  }

  command(words: readonly string[]): [program: string, rest: string[]] {
    const [program, ...rest] = [...this.#prefix, ...words];
    if (program === undefined) throw new Error("an empty command");
    return [program, rest];
  }

  /** Runs to the end; rejects with what it said when it fails. */
  async run(...words: string[]): Promise<string> {
    return (await execute(...this.command(words))).stdout;
  }

  /** Starts something that runs until it is stopped; answers how to stop it. */
  start(words: readonly string[], folder: string): () => Promise<void> {
    const child = spawn(...this.command(words), {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = once(child, "close");
    return async () => {
      if (child.exitCode === null) child.kill("SIGTERM");
      await ended;
    };
  }
}
