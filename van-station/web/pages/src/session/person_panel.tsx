// Who sits here and what has been asked for so far.

import type { Draft, Request } from "../api/types";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { Button } from "../ui/parts";
import { useRoute } from "../ui/route";
import { useStateWords, Way, toneOf } from "../ui/way";
import type { StepProps } from "./session";
import { shown } from "./text_forms";

export function PersonPanel({ session, to }: StepProps) {
  const { t } = useTexts();
  const { citizen } = session;
  const fact = (label: string, value: string | undefined, ok?: boolean) =>
    value && (
      <>
        <dt>{label}</dt>
        <dd>
          {value}
          {ok && (
            <>
              {" "}
              <Icon name="check" />
              <span class="sr">{t("check.right")}</span>
            </>
          )}
        </dd>
      </>
    );
  return (
    <section class="panel person" aria-labelledby="person">
      <h1 id="person" class="sub">
        {citizen.name || t("person.unnamed")}
      </h1>
      <dl class="facts">
        {fact(
          t("short.nif"),
          citizen.nif && shown("nif", citizen.nif),
          citizen.checks.nif === "ok",
        )}
        {fact(t("short.birth"), citizen.birth_date && shown("date", citizen.birth_date))}
        {fact(t("short.phone"), citizen.phone && shown("phone", citizen.phone))}
        {fact(t("short.address"), citizen.address)}
      </dl>
      {session.step !== "citizen" && session.privacy?.accepted && (
        <Button kind="plain inline" keys="F3" onClick={() => to("citizen")}>
          {t("person.correct")}
        </Button>
      )}
      <Mine drafts={session.drafts} requests={session.requests} to={to} />
    </section>
  );
}

function Mine({
  drafts,
  requests,
  to,
}: {
  drafts: Draft[];
  requests: Request[];
  to: StepProps["to"];
}) {
  const { t, time } = useTexts();
  const words = useStateWords();
  const [, , , current] = useRoute();
  if (!drafts.length && !requests.length) return null;
  return (
    <>
      <h2>{t("mine")}</h2>
      <ol class="mine">
        {requests.map((one) => (
          <li key={one.id} aria-current={current === `r${one.id}` ? "true" : undefined}>
            <button type="button" onClick={() => to("requests", `r${one.id}`)}>
              <b>{one.service.name}</b>
              <span class={`state ${toneOf(one.state)}`}>
                <Way state={one.state} />
                {one.state === "recorded"
                  ? t("mine.recorded", { time: time(one.queued_at) })
                  : words(one.state, one.service.agency_short)}
              </span>
              {one.state === "recorded" && <small>{t("mine.here")}</small>}
            </button>
          </li>
        ))}
        {drafts.map((one) => (
          <li key={one.id} aria-current={current === one.id ? "true" : undefined}>
            <button type="button" onClick={() => to("requests", one.id)}>
              <b>{one.service.name}</b>
              <span class="state">
                <Way state="draft" />
                {words("draft", "")}
              </span>
              {one.missing.length > 0 && (
                <small>{t("mine.missing", { n: one.missing.length })}</small>
              )}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
