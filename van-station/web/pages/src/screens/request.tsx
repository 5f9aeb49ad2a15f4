// One request by itself: where it is, what it says, and what happened to it.

import { citizenFields, type Request } from "../api/types";
import { useResource } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Next } from "../ui/next";
import { Button, Panel } from "../ui/parts";
import { go } from "../ui/route";
import { citizenTypes } from "../session/citizen_step";
import { useForm } from "../session/draft_form";
import { RequestActs, RequestHead } from "../session/recorded";
import { shown } from "../session/text_forms";
import { TwoValues } from "./conflicts";

// Green is what the hub has said to have, and nothing else.
const placeClasses = { here: "quiet", hub: "ok", refused: "bad" };

export function RequestScreen({ id }: { id: string }) {
  const { t } = useTexts();
  const { value, read, missing } = useResource<Request>(`requests/${encodeURIComponent(id)}`, [
    "request",
  ]);
  const acts = (
    <Next
      left={<p />}
      action={() => go("day")}
      label={t("back.day")}
      also={
        value && (
          <Button onClick={() => go("session", value.session)}>{t("request.session")}</Button>
        )
      }
    />
  );
  if (!value) {
    return (
      <>
        <main class="alone" id="main" tabIndex={-1} aria-busy={!missing}>
          <h1 class="sub">{t(missing ? "error.not_found" : "reading")}</h1>
        </main>
        {acts}
      </>
    );
  }
  return (
    <>
      <main class="single" id="main" tabIndex={-1}>
        <h1 class="sub">{value.service.name}</h1>
        <section class="panel stack" aria-labelledby="recorded">
          <RequestHead request={value} />
          <RequestActs request={value} changed={read} />
        </section>
        <Said request={value} />
        <History request={value} />
      </main>
      {acts}
    </>
  );
}

function Said({ request }: { request: Request }) {
  const { t } = useTexts();
  const form = useForm(request.service.code, request.version);
  const labelOf = (name: string) =>
    form?.fields.find((field) => field.name === name)?.label ?? name;
  const typeOf = (name: string) =>
    form?.fields.find((field) => field.name === name)?.type ?? "text";
  const label = (path: string) =>
    path.startsWith("fields.")
      ? labelOf(path.slice(7))
      : citizenFields.some((name) => path === `citizen.${name}`)
        ? t(path as "citizen.name")
        : path;
  const conflicts = Object.entries(request.conflicts);
  return (
    <>
      {conflicts.map(([path, values]) => (
        <section class="panel" key={path}>
          <TwoValues label={label(path)} values={values} />
          <p class="quiet">{t("conflict.hub")}</p>
        </section>
      ))}
      <Panel title={t("request.said")} id="said">
        <dl class="facts">
          {citizenFields
            .filter((name) => request.citizen[name])
            .map((name) => (
              <>
                <dt>{t(`citizen.${name}`)}</dt>
                <dd>{shown(citizenTypes[name], request.citizen[name]!)}</dd>
              </>
            ))}
          {Object.entries(request.fields)
            .filter(([, text]) => text)
            .map(([name, text]) => (
              <>
                <dt>{labelOf(name)}</dt>
                <dd>{shown(typeOf(name), text)}</dd>
              </>
            ))}
          {request.attachments.map(({ name, bytes, hash, at }) => (
            <>
              <dt>{t("attach.one")}</dt>
              <dd key={hash}>
                {name} · {t("kilobytes", { n: Math.ceil(bytes / 1000) })} ·{" "}
                <span class={placeClasses[at]}>{t(`attach.at.${at}`)}</span>
              </dd>
            </>
          ))}
        </dl>
      </Panel>
    </>
  );
}

function History({ request }: { request: Request }) {
  const { t, told, time, shortDay } = useTexts();
  if (!request.history.length) return null;
  return (
    <Panel title={t("history")} id="history">
      <ol class="plain-list">
        {request.history.map(({ at, what }, i) => (
          <li key={i}>
            <span class="quiet">
              {shortDay(at)}, {time(at)}
            </span>{" "}
            {told(`history.${what}`, what)}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
