// Takes every keystroke to the station's disk: at most one call is under way, what is typed
// meanwhile goes with the next one, and nothing is forgotten while the station is away.

import { Away, Refused, post, postLast } from "./client";

const pauseMs = 90; // with the way to the citizen's screen, it stays under 200 ms
const retryMs = [500, 1_000, 2_000, 4_000];

type Set = Record<string, string>;
interface Target {
  path: string;
  set: Set;
  saved: (answer: unknown) => void;
}

export type SaverState = { waiting: number; away: boolean; savedAt: string | null };

class Saver {
  #targets = new Map<string, Target>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy: Promise<void> | null = null;
  #sent: { path: string; set: Set } | null = null;
  #failures = 0;
  #watchers = new Set<(state: SaverState) => void>();
  #savedAt: string | null = null;
  refused: (error: Refused) => void = () => {};

  // `path`: whose field it is; `saved` gets the station's answer.
  put<T>(path: string, name: string, text: string, saved: (answer: T) => void) {
    const target = this.#targets.get(path) ?? { path, set: {}, saved: () => {} };
    target.set[name] = text;
    target.saved = saved as (answer: unknown) => void;
    this.#targets.set(path, target);
    this.#later(pauseMs);
    this.#tell();
  }

  // When it returns, all is on disk. Throws what kept it from getting there.
  async flush() {
    clearTimeout(this.#timer);
    while (this.#busy || this.#targets.size) {
      if (this.#busy) await this.#busy;
      else if (await this.#send()) throw new Away();
    }
  }

  // The page goes away: what has not been answered is sent once more, as the same values.
  last() {
    const waiting = [...this.#targets.values()];
    if (this.#sent) waiting.unshift({ ...this.#sent, saved: () => {} });
    const sets = new Map<string, Set>();
    for (const { path, set } of waiting) sets.set(path, { ...sets.get(path), ...set });
    for (const [path, set] of sets) void postLast(path, { set });
  }

  // What waits for `path` is not wanted any more. A call that is under way ends first.
  async forget(path: string) {
    this.#targets.delete(path);
    this.#tell();
    if (this.#sent?.path === path) await this.#busy;
    this.#targets.delete(path); // it may have failed, and be waiting again
  }

  clear() {
    clearTimeout(this.#timer);
    this.#targets.clear();
    this.#tell();
  }

  pending(path: string): Set {
    const sent = this.#sent?.path === path ? this.#sent.set : {};
    return { ...sent, ...this.#targets.get(path)?.set };
  }

  watch(watcher: (state: SaverState) => void) {
    this.#watchers.add(watcher);
    watcher(this.state);
    return () => void this.#watchers.delete(watcher);
  }

  get state(): SaverState {
    let waiting = this.#sent ? Object.keys(this.#sent.set).length : 0;
    for (const target of this.#targets.values()) waiting += Object.keys(target.set).length;
    return { waiting, away: this.#failures > 0, savedAt: this.#savedAt };
  }

  #later(ms: number) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), ms);
  }

  #tell() {
    for (const watcher of this.#watchers) watcher(this.state);
  }

  // Sends one target's fields. True: the station is away, and they wait on.
  async #send(): Promise<boolean> {
    if (this.#busy) return false;
    const target = this.#targets.values().next().value;
    if (!target) return false;
    this.#targets.delete(target.path);
    let away = false;
    this.#busy = this.#one(target).then((failed) => {
      away = failed;
    });
    await this.#busy;
    this.#busy = null;
    if (this.#targets.size)
      this.#later(away ? retryMs[Math.min(this.#failures, retryMs.length) - 1]! : 0);
    this.#tell();
    return away;
  }

  async #one(target: Target): Promise<boolean> {
    this.#sent = target;
    try {
      const answer = await post<{ saved_at?: string }>(target.path, { set: target.set });
      this.#failures = 0;
      this.#savedAt = answer.saved_at ?? new Date().toTimeString().slice(0, 8);
      this.#sent = null;
      target.saved(answer);
      return false;
    } catch (error) {
      this.#sent = null;
      if (error instanceof Refused && error.status !== 503 && error.status !== 423) {
        this.#failures = 0;
        this.refused(error);
        return false;
      }
      // Newer text of the same field wins over what did not get there.
      const newer = this.#targets.get(target.path);
      this.#targets.set(target.path, {
        ...target,
        ...newer,
        set: { ...target.set, ...newer?.set },
      });
      this.#failures++;
      return true;
    }
  }
}

export const saver = new Saver();
addEventListener("pagehide", () => saver.last());
addEventListener("beforeunload", () => saver.last());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void saver.flush().catch(() => {});
});
