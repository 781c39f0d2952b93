import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, constants } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Place } from "./place";

export interface Conditions {
  /** How much later a packet arrives, one way. */
  delayMs: number;
  /** Share of packets that never do. */
  loss?: number;
  /** As `tc` takes it: 50mbit. */
  rate?: string;
}

const LINK = fileURLToPath(new URL("./link.py", import.meta.url));
/** Long enough for a burst, short enough that a full queue is felt. */
const QUEUE = ["burst", "64k", "latency", "100ms"];

interface End {
  place: Place;
  namespace: string;
  device: string;
  address: string;
}

/** Two places that reach each other over one link and nothing else. Each is a network namespace. */
export class Network {
  readonly #ends: readonly [End, End];
  readonly #link: ChildProcess;

  private constructor(ends: readonly [End, End], link: ChildProcess) {
    this.#ends = ends;
    this.#link = link;
  }

  get places(): readonly [Place, Place] {
    return [this.#ends[0].place, this.#ends[1].place];
  }

  /** Why there can be none on this machine, if so. */
  static async hindrance(): Promise<string | undefined> {
    if (process.platform !== "linux") return "network namespaces are Linux's";
    if (process.getuid?.() !== 0) return "network namespaces take root";
    const tun = await access("/dev/net/tun", constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!tun) return "there is no /dev/net/tun";
    for (const words of [
      ["ip", "-V"],
      ["tc", "-V"],
      ["python3", "--version"],
    ]) {
      try {
        await Place.here.run(...words);
      } catch {
        return `there is no ${words[0]}`;
      }
    }
    return undefined;
  }

  static async open({ delayMs, loss = 0, rate }: Conditions): Promise<Network> {
    const end = (side: "a" | "b", address: string): End => {
      const namespace = `spotlight-${process.pid}-${side}`;
      const device = `spot-${process.pid}-${side}`.slice(0, 15);
      return { place: Place.inNamespace(namespace), namespace, device, address };
    };
    const ends = [end("a", "10.77.0.1"), end("b", "10.77.0.2")] as const;
    const names = ends.map(({ device }) => device);
    const link = spawn("python3", [LINK, ...names, `${delayMs}`, `${loss}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const network = new Network(ends, link);
    try {
      await Promise.race([
        once(link.stdout, "data"),
        once(link, "close").then(() => Promise.reject(new Error("the link could not be made"))),
      ]);
      for (const { place, namespace, device, address } of ends) {
        await Place.here.run("ip", "netns", "add", namespace);
        await Place.here.run("ip", "link", "set", device, "netns", namespace);
        await place.run("ip", "link", "set", "lo", "up");
        await place.run("ip", "address", "add", `${address}/24`, "dev", device);
        await place.run("ip", "link", "set", device, "up", "txqueuelen", "10000");
        if (rate)
          await place.run(
            "tc",
            "qdisc",
            "add",
            "dev",
            device,
            "root",
            "tbf",
            "rate",
            rate,
            ...QUEUE,
          );
      }
      return network;
    } catch (cause) {
      await network.close();
      throw cause;
    }
  }

  /** Nothing gets through, and both ends see that. */
  async down(): Promise<void> {
    for (const { place, device } of this.#ends)
      await place.run("ip", "link", "set", device, "down");
  }

  async up(): Promise<void> {
    for (const { place, device } of this.#ends) await place.run("ip", "link", "set", device, "up");
  }

  async close(): Promise<void> {
    if (this.#link.exitCode === null) {
      const ended = once(this.#link, "close");
      this.#link.kill("SIGTERM");
      await ended;
    }
    for (const { namespace } of this.#ends) {
      // One that was never made is as good as gone.
      await Place.here.run("ip", "netns", "delete", namespace).catch(() => undefined);
    }
  }
}
