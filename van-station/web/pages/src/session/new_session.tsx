// Opening a session: where, how and in which language, as it was the last time.

import { useEffect, useState } from "preact/hooks";
import { get, post } from "../api/client";
import { saver } from "../api/saver";
import type { Session, SessionDefaults } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { languageNames, useTexts, type Key } from "../i18n/texts";
import { Bar } from "../screens/shell";
import { useKeys } from "../ui/keys";
import { Next } from "../ui/next";
import { Button, Choices, Panel, TextField } from "../ui/parts";
import { go, goInstead } from "../ui/route";
import { useScrap } from "../scrap";

// The channels that a session can have, as the ledger knows them.
const channels = ["van", "desk", "care_home", "abroad"] as const;
const channelKeys: Record<string, Key> = {
  van: "channel.van",
  desk: "channel.desk",
  care_home: "channel.care_home",
  abroad: "channel.abroad",
};

export function NewSession() {
  const { state } = useApp();
  const { t } = useTexts();
  const { busy, run } = useDoing();
  const scrap = useScrap("opening");
  const [last, setLast] = useState<SessionDefaults | null>(null);
  const [lacks, setLacks] = useState(false);
  useEffect(() => {
    void run(async () => {
      setLast(await get<SessionDefaults>("session-defaults"));
    });
  }, []);
  const back = () => go("day");
  useKeys({ Escape: back });
  if (!last || !scrap) {
    return (
      <div class="page">
        <Bar place="new" />
        <main class="alone" aria-busy="true">
          <h1 class="sub">{t("reading")}</h1>
        </main>
      </div>
    );
  }
  // As it was the last time, but for what was written here since.
  const { put, values } = scrap;
  const given = {
    place: {
      name: values.name ?? last.place.name,
      municipality: values.municipality ?? last.place.municipality,
      parish: values.parish ?? last.place.parish ?? "",
    },
    channel: values.channel ?? last.channel,
    language: values.language ?? last.language,
  };
  const open = () =>
    void run(async () => {
      if (!given.place.name.trim() || !given.place.municipality.trim()) {
        setLacks(true);
        document
          .getElementById(given.place.name.trim() ? "place-municipality" : "place-name")
          ?.focus();
        return;
      }
      await saver.flush();
      const session = await post<Session>("sessions", { ...given, scrap: scrap.id });
      goInstead("session", session.id);
    });
  const check = (text: string) => (lacks && !text.trim() ? t("open.lacks") : undefined);
  return (
    <div class="page">
      <Bar place="new" />
      <main class="single" id="main" tabIndex={-1}>
        <Panel title={t("open.title")} id="open-title" first>
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              open();
            }}
          >
            <TextField
              id="place-name"
              label={t("open.place")}
              hint={t("open.place.hint")}
              wide
              value={given.place.name}
              onInput={(text) => put("name", text)}
              maxLength={120}
              required
              check={check(given.place.name)}
              bad={!!check(given.place.name)}
            />
            <TextField
              id="place-municipality"
              label={t("open.municipality")}
              maxLength={60}
              required
              value={given.place.municipality}
              onInput={(text) => put("municipality", text)}
              check={check(given.place.municipality)}
              bad={!!check(given.place.municipality)}
            />
            <TextField
              id="place-parish"
              label={t("open.parish")}
              maxLength={100}
              value={given.place.parish}
              onInput={(text) => put("parish", text)}
            />
            <Choices
              name="channel"
              legend={t("open.channel")}
              value={given.channel}
              options={[...new Set([...channels, given.channel])].map((value) => ({
                value,
                label: value in channelKeys ? t(channelKeys[value]!) : value,
              }))}
              onChange={(channel) => put("channel", channel)}
            />
            <Choices
              name="language"
              legend={t("open.language")}
              hint={t("open.language.hint")}
              value={given.language}
              options={Object.entries(languageNames).map(([value, label]) => ({ value, label }))}
              onChange={(language) => put("language", language)}
            />
          </form>
        </Panel>
        {state.low.receipts && (
          <p class="wait">
            <b>{t("low.receipts")}</b>
          </p>
        )}
      </main>
      <Next
        left={<p class="quiet">{last.place.name && t("open.remembered")}</p>}
        busy={busy}
        action={open}
        label={t("open.do")}
        also={
          <Button keys="Esc" onClick={back}>
            {t("back.day")}
          </Button>
        }
      />
    </div>
  );
}
