import { sha256, sizeOf } from "../../e2e/files";
import type { Browser } from "./browser";
import { Pair } from "./pair";
import { progress, type Row } from "../rows";

/** A hotel's Wi-Fi: it arrives, whole. How fast is only told, since there is nobody to compare with. */
export async function lossyLink(from: Browser, to: Browser, file: string): Promise<Row[]> {
  const pair = await Pair.open(from, to);
  try {
    const seconds = await pair.handOver(file);
    if ((await sha256(await pair.save())) !== (await sha256(file))) {
      throw new Error("what arrived is not what was sent");
    }
    const value = (await sizeOf(file)) / 1e6 / seconds;
    progress(`50 Mbit/s, 2 % lost: ${value.toFixed(2)} MB/s, hash equal`);
    return [{ name: "50 Mbit/s and 2 % loss, arrived whole", value, unit: "MB/s" }];
  } finally {
    await pair.close();
  }
}
