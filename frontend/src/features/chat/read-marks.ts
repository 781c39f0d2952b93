/** So often at most, however much is said meanwhile. */
const SAID_EVERY_MS = 1_500;

/** Says how far one has read in a room: at once, and then the furthest of what has come to be read since. */
export class ReadMarks {
  private readonly say: (position: number) => Promise<unknown>;
  private said = 0;
  private reached = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: (position: number) => Promise<unknown>) {
    this.say = say;
  }

  reach(position: number): void {
    this.reached = Math.max(this.reached, position);
    if (this.timer === undefined) this.sayNow();
  }

  /** For whoever leaves: what waits to be said is not put off any more. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.reached > this.said) this.send();
  }

  private sayNow(): void {
    this.timer = undefined;
    if (this.reached <= this.said) return;
    this.timer = setTimeout(() => this.sayNow(), SAID_EVERY_MS);
    this.send();
  }

  private send(): void {
    const position = (this.said = this.reached);
    this.say(position).catch(() => {
      // The next connection, or the next message, says it again; what was reached since waits for its turn.
      if (this.said === position) this.said = 0;
      if (this.reached === position) this.reached = 0;
    });
  }
}
