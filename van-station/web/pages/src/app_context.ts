// What every screen may ask of the page around it.

import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { Away, get, Refused } from "./api/client";
import type { Changed, StationState } from "./api/types";

export interface App {
  state: StationState;
  take: (state: StationState) => void;
  refresh: () => Promise<void>;
  fail: (error: unknown) => void; // says what happened to who sits here
  say: (text: string) => void; // a quiet word that something is done
  hide: () => void;
  lock: () => void;
}

export const AppContext = createContext<App>(null as never);
export const useApp = () => useContext(AppContext);

type Listener = (changed: Changed) => void;
const listeners = new Set<Listener>();
export const tellChanged = (changed: Changed) => listeners.forEach((listener) => listener(changed));

export function useChanged(listener: Listener) {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}

// What stands at `path`, read again when the station says that one of `kinds` is different now.
export function useResource<T>(path: string | null, kinds: Changed["what"][] = []) {
  const { fail } = useApp();
  const [value, set] = useState<T | null>(null);
  const [missing, setMissing] = useState(false);
  // Answers may come in another order than they were asked for: an older one changes nothing.
  const count = useRef({ asked: 0, shown: 0 });
  const read = useCallback(async () => {
    if (!path) return;
    const mine = ++count.current.asked;
    const isOld = () => mine < count.current.shown;
    try {
      const found = await get<T>(path);
      if (isOld()) return;
      count.current.shown = mine;
      set(found);
      setMissing(false);
    } catch (error) {
      if (isOld()) return;
      if (error instanceof Refused && error.status === 404) setMissing(true);
      else if (!(error instanceof Away)) fail(error);
    }
  }, [path]);
  useEffect(() => {
    set(null);
    count.current.shown = count.current.asked + 1; // nothing of another path
    void read();
  }, [read]);
  useChanged(
    useCallback(
      (changed) => {
        if (kinds.includes(changed.what)) void read();
      },
      [read],
    ),
  );
  return { value, set, read, missing };
}

// Does one thing at a time, and says what went wrong.
export function useDoing() {
  const { fail } = useApp();
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    try {
      await work();
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, run };
}
