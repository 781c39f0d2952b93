/** The server with the built app in it; whoever runs the tests has started it. */
export const server = new URL(process.env.SPOTLIGHT_URL ?? "http://localhost:8080").origin;
