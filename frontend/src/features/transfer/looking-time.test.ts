import { expect, it } from "vitest";
import { LookingTime } from "./looking-time";

it("is the time from wanting a connection to having one", () => {
  const looking = new LookingTime();
  looking.want(true, 1000);
  looking.want(true, 1500);
  looking.note({ phase: "looking", overdue: false }, 2000);
  expect(looking.found).toBe(false);
  looking.note({ phase: "connected", overdue: false }, 3500);
  looking.note({ phase: "connected", path: "host", overdue: false }, 9000);
  expect(looking.seconds).toBe(2.5);
});

it("begins anew while one of the two is offline", () => {
  const looking = new LookingTime();
  looking.want(true, 0);
  looking.note({ phase: "looking", obstacle: "partner-offline", overdue: false }, 60_000);
  looking.note({ phase: "connected", overdue: false }, 61_000);
  expect(looking.seconds).toBe(1);
});

it("is not known of what nobody wanted", () => {
  const looking = new LookingTime();
  looking.note({ phase: "connected", overdue: false }, 100);
  expect(looking.seconds).toBeUndefined();
});

it("is not known of a connection that stood before it was wanted, however long it stands", () => {
  const looking = new LookingTime();
  looking.note({ phase: "connected", overdue: false }, 100);
  looking.want(true, 1000);
  looking.note({ phase: "connected", path: "host", overdue: false }, 60_000);
  expect(looking.seconds).toBeUndefined();
});

it("of a connection that was lost begins with the loss", () => {
  const looking = new LookingTime();
  looking.want(true, 0);
  looking.note({ phase: "connected", overdue: false }, 2000);
  looking.want(true, 3000);
  looking.note({ phase: "looking", overdue: false }, 60_000);
  looking.note({ phase: "connected", overdue: false }, 63_000);
  expect(looking.seconds).toBe(3);
});
