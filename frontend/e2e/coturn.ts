/** A real relay, coturn, for as long as a test needs one. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where the server under test tells browsers to look for a relay, and the secret it shares with it. */
export interface Relay {
  port: number;
  secret: string;
}

/** Whoever started the server has told it the same. */
export const relay: Relay | undefined =
  process.env.TURN_PORT && process.env.TURN_SECRET
    ? { port: Number(process.env.TURN_PORT), secret: process.env.TURN_SECRET }
    : undefined;

export class Coturn {
  readonly #program: ChildProcess;
  readonly #folder: string;

  private constructor(program: ChildProcess, folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  static async start({ port, secret }: Relay): Promise<Coturn> {
    const folder = await mkdtemp(join(tmpdir(), "spotlight-coturn-"));
    const program = spawn(
      "turnserver",
      [
        "-n",
        "--listening-ip=127.0.0.1",
        "--relay-ip=127.0.0.1",
        `--listening-port=${port}`,
        "--use-auth-secret",
        `--static-auth-secret=${secret}`,
        "--realm=spotlight.example",
        "--fingerprint",
        "--allow-loopback-peers",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
        `--pidfile=${join(folder, "pid")}`,
        `--userdb=${join(folder, "users")}`,
        "--log-file=stdout",
      ],
      { stdio: "ignore" },
    );
    const coturn = new Coturn(program, folder);
    const failed = once(program, "error").then(([cause]) => {
      throw new Error("coturn could not be started", { cause });
    });
    try {
      await Promise.race([coturn.#answers(port), failed]);
    } catch (cause) {
      await coturn.stop();
      throw cause;
    }
    return coturn;
  }

  async stop(): Promise<void> {
    if (this.#program.pid !== undefined && this.#program.exitCode === null) {
      const ended = once(this.#program, "exit");
      this.#program.kill("SIGTERM");
      await ended;
    }
    await rm(this.#folder, { recursive: true });
  }

  async #answers(port: number): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      if (this.#program.exitCode !== null) throw new Error("coturn ended at once");
      if (await reachable(port)) return;
      await sleep(100);
    }
    throw new Error(`coturn does not answer on port ${port}`);
  }
}

/** Credentials as the server makes them, good until `until`. */
export function credentials({ secret }: Relay, until: Date, user = "somebody") {
  const username = `${Math.floor(until.getTime() / 1000)}:${user}`;
  const credential = createHmac("sha1", secret).update(username).digest("base64");
  return { username, credential };
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
