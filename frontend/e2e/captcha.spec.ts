import { expect, test } from "@playwright/test";
import { expectAccessible } from "./accessible";

// A service worker would answer what is to be answered here.
test.use({ serviceWorkers: "block", viewport: { width: 390, height: 844 } });

/** Speaks Turnstile's interface; each widget that is drawn or reset gives another answer. */
const WIDGETS = `
  let answers = 0;
  const solve = (place, options) => {
    place.textContent = "Solved " + ++answers;
    options.callback("answer " + answers);
  };
  const drawn = new Map();
  window.turnstile = {
    render(place, options) {
      drawn.set("widget", { place, options });
      solve(place, options);
      return "widget";
    },
    reset(id) { const { place, options } = drawn.get(id); solve(place, options); },
    remove(id) { drawn.get(id).place.textContent = ""; },
  };`;

test("whoever registers shows that they are no program, each time anew", async ({ page }) => {
  await page.route("**/api/auth/captcha", (route) =>
    route.fulfill({ json: { captcha: { siteKey: "key", script: "/captcha/api.js" } } }),
  );
  await page.route("**/captcha/api.js*", (route) =>
    route.fulfill({ contentType: "text/javascript", body: WIDGETS }),
  );
  const sent: unknown[] = [];
  await page.route("**/api/auth/register", async (route) => {
    const { captcha } = route.request().postDataJSON() as { captcha?: string };
    sent.push(captcha);
    if (captcha === "answer 1") {
      const errors = [{ field: "captcha", message: "has run out: try once more" }];
      const title = "Invalid";
      await route.fulfill({
        status: 422,
        contentType: "application/problem+json",
        json: { status: 422, code: "invalid", title, detail: title, errors },
      });
    } else {
      await route.continue();
    }
  });

  await page.goto("/register");
  await expect(page.getByText("Solved 1")).toBeVisible();
  const name = `cap_${Date.now().toString(36)}`;
  await page.getByLabel("Username").fill(name);
  await page.getByLabel("Email").fill(`${name}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill("seven dancing otters");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("has run out: try once more")).toBeVisible();
  await expect(page.getByText("Solved 2")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).not.toHaveURL(/register/);
  expect(sent).toEqual(["answer 1", "answer 2"]);
});

test("a check that does not load says so, and nothing else breaks", async ({ page }) => {
  await page.route("**/api/auth/captcha", (route) =>
    route.fulfill({ json: { captcha: { siteKey: "key", script: "/captcha/gone.js" } } }),
  );
  await page.route("**/captcha/gone.js*", (route) => route.abort());
  await page.goto("/forgot-password");
  await expect(page.getByText("did not load")).toBeVisible();
  await expectAccessible(page);
});
