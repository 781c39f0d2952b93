import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// As long as a busy machine may take; what is there is found at once.
configure({ asyncUtilTimeout: 30_000 });

afterEach(cleanup);
