// What somebody is writing in one place and is no record yet: notes, a complaint, a plan. The station
// has each keystroke on its disk, and gives it back to whom it belongs.

import { useEffect, useState } from "preact/hooks";
import { Away, post } from "./api/client";
import { saver } from "./api/saver";
import type { Scrap, ScrapPlace } from "./api/types";
import { useApp, useDoing } from "./app_context";
import { useTexts } from "./i18n/texts";
import { Icon } from "./ui/icons";
import { Button } from "./ui/parts";

const retryMs = 1_000;

export interface Writing {
  id: string; // for the call that records it
  values: Record<string, string>;
  resumed: string | null; // when it was left; null: it begins now
  put: (name: string, text: string) => void;
  startOver: () => Promise<void>;
}

const pathOf = (id: string) => `scraps/${id}`;

// Null until it is read: nothing is typed before what was typed is back. `of`: the session or the
// request that it is about. Await saver.flush() before recording it.
export function useScrap(what: ScrapPlace, of?: string): Writing | null {
  const { fail } = useApp();
  const [scrap, setScrap] = useState<Scrap | null>(null);
  const [values, setValues] = useState<Record<string, string>>({});
  const read = async () => {
    const found = await post<Scrap>("scraps", { what, ...(of && { of }) });
    setValues({ ...found.set, ...saver.pending(pathOf(found.id)) });
    setScrap(found);
  };
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tryIt = () =>
      read().catch((error) => {
        if (error instanceof Away) timer = setTimeout(tryIt, retryMs);
        else fail(error);
      });
    void tryIt();
    return () => clearTimeout(timer);
  }, [what, of]);
  if (!scrap) return null;
  const path = pathOf(scrap.id);
  return {
    id: scrap.id,
    values,
    resumed: Object.values(scrap.set).some((text) => text.trim()) ? scrap.saved_at : null,
    put: (name, text) => {
      setValues((now) => ({ ...now, [name]: text }));
      saver.put(path, name, text, () => {});
    },
    startOver: async () => {
      await saver.forget(path);
      await post(`${path}/discard`);
      await read();
    },
  };
}

// Says that this was begun before, and offers to begin anew.
export function Resumed({ scrap }: { scrap: Writing }) {
  const { t, time, shortDay } = useTexts();
  const { busy, run } = useDoing();
  if (!scrap.resumed) return null;
  return (
    <p class="resumed">
      <span>
        <Icon name="laptop" />{" "}
        {t("scrap.resumed", { day: shortDay(scrap.resumed), time: time(scrap.resumed) })}
      </span>
      <Button kind="plain" disabled={busy} onClick={() => void run(scrap.startOver)}>
        {t("scrap.over")}
      </Button>
    </p>
  );
}
