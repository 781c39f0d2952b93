import { beforeEach, describe, expect, it, vi } from "vitest";
import { takeNewVersion } from "./take-new-version";

const reload = vi.fn();

beforeEach(() => {
  reload.mockReset();
  sessionStorage.clear();
});

describe("a page whose parts are gone", () => {
  it("is loaded again once for each version", () => {
    takeNewVersion("first", reload);
    takeNewVersion("first", reload);
    expect(reload).toHaveBeenCalledOnce();
    takeNewVersion("second", reload);
    expect(reload).toHaveBeenCalledTimes(2);
  });

  it("stays while something runs that leaving would lose", () => {
    const ask = (event: Event) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    takeNewVersion("first", reload);
    expect(reload).not.toHaveBeenCalled();

    window.removeEventListener("beforeunload", ask);
    takeNewVersion("first", reload);
    expect(reload).toHaveBeenCalledOnce();
  });
});
