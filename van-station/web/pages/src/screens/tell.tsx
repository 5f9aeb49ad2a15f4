// Answers that came for people who have gone home: whom to tell, and how it was done.

import { useState } from "preact/hooks";
import { post } from "../api/client";
import type { Told } from "../api/types";
import { useApp, useDoing, useResource } from "../app_context";
import { useTexts, type Key } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { Next } from "../ui/next";
import { Button } from "../ui/parts";
import { go } from "../ui/route";
import { shown } from "../session/text_forms";
import { toneOf, useStateWords, Way } from "../ui/way";

const ways: { how: string; key: Key }[] = [
  { how: "phone", key: "told.phone" },
  { how: "in_person", key: "told.in_person" },
  { how: "letter", key: "told.letter" },
];

export function TellScreen() {
  const { t } = useTexts();
  const { value, read } = useResource<{ items: Told[] }>("tell", ["day", "request"]);
  const items = value?.items ?? [];
  const waiting = items.filter((one) => !one.told);
  const told = items.filter((one) => one.told);
  return (
    <>
      <main class="single" id="main" tabIndex={-1} aria-busy={!value}>
        <h1 class="lead">{!value ? t("reading") : t("tell.lead", { n: waiting.length })}</h1>
        {value && !waiting.length && <p class="quiet">{t("tell.none")}</p>}
        {waiting.map((one) => (
          <Card key={one.request} one={one} read={read} />
        ))}
        {told.length > 0 && <h2>{t("tell.done", { n: told.length })}</h2>}
        {told.map((one) => (
          <Card key={one.request} one={one} read={read} />
        ))}
      </main>
      <Next
        left={<p class="quiet">{t("tell.phone_only")}</p>}
        action={() => go("day")}
        label={t("back.day")}
      />
    </>
  );
}

function Card({ one, read }: { one: Told; read: () => Promise<void> }) {
  const { t, shortDay } = useTexts();
  const { say } = useApp();
  const words = useStateWords();
  const { busy, run } = useDoing();
  const [asking, setAsking] = useState(false);
  const done = (how: string) =>
    void run(async () => {
      await post(`tell/${encodeURIComponent(one.request)}/told`, { how });
      await read();
      say(t("told.kept"));
    });
  return (
    <article class="panel tell" aria-label={`${one.name}: ${one.service}`}>
      <div>
        <h2>{one.name}</h2>
        <p>
          {one.service} <small class="quiet">· {shortDay(one.at)}</small>
        </p>
        <p class={`state ${toneOf(one.state)}`}>
          <Way state={one.state} />
          {words(one.state, one.agency_short)}
        </p>
        {one.answer && <p>{one.answer}</p>}
      </div>
      <div class="tell-acts">
        {one.phone && (
          <p class="phone-number">
            <Icon name="phone" /> {shown("phone", one.phone)}
          </p>
        )}
        {one.told ? (
          <p>
            <Icon name="check" /> {t("told.done")}
          </p>
        ) : asking ? (
          ways.map(({ how, key }) => (
            <Button key={how} disabled={busy} onClick={() => done(how)}>
              {t(key)}
            </Button>
          ))
        ) : (
          <Button onClick={() => setAsking(true)}>{t("told.mark")}</Button>
        )}
        <a href={`#/request/${encodeURIComponent(one.request)}`}>{t("tell.see")}</a>
      </div>
    </article>
  );
}
