// Last step: how it ended. Drafts that wait are named; they go only if one says so.

import { useState } from "preact/hooks";
import { post, Refused } from "../api/client";
import { saver } from "../api/saver";
import { outcomes, type Outcome, type Session } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Next } from "../ui/next";
import { Button, Choices, Note, Panel, TextField } from "../ui/parts";
import { go } from "../ui/route";
import { useScrap, type Writing } from "../scrap";
import type { StepProps } from "./session";

function likely(session: Session): Outcome {
  if (!session.privacy?.accepted) return "abandoned";
  return session.requests.some((one) => !one.withdrawn) ? "queued" : "information";
}

export function CloseStep(props: StepProps) {
  const { t } = useTexts();
  const scrap = useScrap("close", props.session.id);
  if (scrap) return <Close {...props} scrap={scrap} />;
  return (
    <section class="panel" aria-busy="true">
      <p>{t("reading")}</p>
    </section>
  );
}

function Close({ session, take, to, scrap }: StepProps & { scrap: Writing }) {
  const { t } = useTexts();
  const { state, refresh } = useApp();
  const { busy, run } = useDoing();
  const outcome = outcomes.find((one) => one === scrap.values.outcome) ?? likely(session);
  const notes = scrap.values.notes ?? "";
  const [waiting, setWaiting] = useState<string[] | null>(
    session.drafts.length ? session.drafts.map((one) => one.service.name) : null,
  );
  const close = (discard: boolean) => () =>
    void run(async () => {
      try {
        await saver.flush();
        const path = `sessions/${encodeURIComponent(session.id)}/close`;
        take(
          await post<Session>(path, {
            outcome,
            notes: notes.trim(),
            ...(discard && { discard_drafts: true }),
          }),
        );
        await refresh();
        go(state.visit ? "visit" : "day");
      } catch (error) {
        if (error instanceof Refused && error.code === "drafts_wait") setWaiting(error.names ?? []);
        else throw error;
      }
    });
  return (
    <>
      {waiting && (
        <Note kind="wait" icon="alert">
          <b>{t("close.drafts", { n: waiting.length })}</b> {waiting.join("; ")}.{" "}
          {t("close.drafts.text")}
        </Note>
      )}
      <Panel title={t("close.title")} id="close-title">
        <div class="form">
          <Choices<Outcome>
            name="outcome"
            legend={t("close.outcome")}
            value={outcome}
            options={outcomes.map((value) => ({ value, label: t(`outcome.${value}`) }))}
            onChange={(value) => scrap.put("outcome", value)}
          />
          <TextField
            id="notes"
            label={t("close.notes")}
            hint={t("close.notes.hint")}
            value={notes}
            onInput={(text) => scrap.put("notes", text)}
            long
            maxLength={2000}
          />
        </div>
      </Panel>
      {waiting ? (
        <Next
          action={() => to("requests", session.drafts[0]?.id)}
          label={t("close.back")}
          busy={busy}
          also={
            <Button onClick={close(true)} disabled={busy}>
              {t("close.discard")}
            </Button>
          }
        />
      ) : (
        <Next action={close(false)} label={t("close.do")} busy={busy} />
      )}
    </>
  );
}
