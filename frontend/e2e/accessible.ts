import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { join } from "node:path";

/** What axe finds wrong with a page at rest: in the middle of a fade every contrast is too low. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(async () => {
    const passing = () =>
      document
        .getAnimations()
        .filter(({ playState }) => playState === "running")
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
    while (passing().length > 0)
      await Promise.allSettled(passing().map((animation) => animation.finished));
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
}

export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOf(page)).toEqual([]);
}

/** Takes pictures of a page on a phone, dark and light; answers what axe finds wrong with it. */
export async function look(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const path = join("test-results", "screens", `${name}-390-${colorScheme}.png`);
    await page.screenshot({ path, animations: "disabled" });
    for (const violation of await violationsOf(page)) {
      found.push(`${name} ${colorScheme}: ${violation}`);
    }
  }
  return found;
}
