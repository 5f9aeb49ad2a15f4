// A form made from the catalogue: what is required first, the rest folded away. Each keystroke
// goes to the station's disk.

import { useEffect, useMemo, useState } from "preact/hooks";
import { get, post, Refused } from "../api/client";
import { saver } from "../api/saver";
import type { Draft, FormField, Request, Service, Session } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { Next } from "../ui/next";
import { Button, Note } from "../ui/parts";
import { Attachments } from "./attachments";
import { showCitizen } from "./citizen_focus";
import { Field } from "./field";
import { finished, unbroken } from "./text_forms";

interface Props {
  session: Session;
  draft: Draft;
  done: (request?: string) => Promise<void>;
  later: () => void;
}

// The form of a service, in the UI's language: that of the catalogue in force, or of the version
// that a request was filled under.
export function useForm(code: string, version?: string): Service | null {
  const { fail, state } = useApp();
  const { language } = useTexts();
  const [form, set] = useState<Service | null>(null);
  useEffect(() => {
    const which = version ? `?version=${encodeURIComponent(version)}` : "";
    get<Service>(`services/${encodeURIComponent(code)}${which}`).then(set, fail);
  }, [code, version, language, state.catalogue.version]);
  return form;
}

export function focusField(name: string) {
  const field = document.querySelector<HTMLElement>(
    `[data-field="${CSS.escape(name)}"] :is(input:checked, input, select, textarea)`,
  );
  field?.focus();
  if (field instanceof HTMLInputElement && field.type === "text") field.select();
}

function useDraft(first: Draft) {
  const path = `drafts/${encodeURIComponent(first.id)}`;
  const [draft, take] = useState(first);
  const [values, setValues] = useState<Record<string, string>>(() => ({
    ...first.fields,
    ...saver.pending(path),
  }));
  const put = (name: string, text: string) => {
    setValues((now) => ({ ...now, [name]: text }));
    saver.put<Draft>(path, name, text, take);
  };
  return { path, draft, take, values, put };
}

// What keeps a draft from being a request, as far as one can tell while typing: of what was typed
// since the last answer nothing is known yet.
function problems(form: Service, draft: Draft, values: Record<string, string>) {
  const missing = form.fields.filter((field) => field.required && !values[field.name]?.trim());
  const wrong = form.fields.filter(
    ({ name }) =>
      values[name]?.trim() && values[name] === draft.fields[name] && draft.checks[name]?.ok === false,
  );
  return { missing, wrong };
}

export function DraftForm({ session, draft: first, done, later }: Props) {
  const { t, money } = useTexts();
  const { fail } = useApp();
  const { busy, run } = useDoing();
  const form = useForm(first.service.code);
  const { path, draft, take, values, put } = useDraft(first);
  const [told, setTold] = useState<string | null>(null); // the field that was asked for

  const started = useMemo(
    () =>
      form &&
      new Set(
        form.fields
          .filter((field) => field.required || values[field.name])
          .map((field) => field.name),
      ),
    [form],
  );
  const [unfolded, setUnfolded] = useState(false);
  const folded = form?.fields.filter((field) => !started?.has(field.name)) ?? [];
  useEffect(() => {
    if (!form) return;
    const empty = form.fields.find((field) => started?.has(field.name) && !values[field.name]);
    focusField((empty ?? form.fields[0])?.name ?? "");
  }, [form]);
  useKeys({ Escape: later });
  if (!form)
    return (
      <section class="panel" aria-busy="true">
        <p>{t("reading.form")}</p>
      </section>
    );

  const { missing, wrong } = problems(form, draft, values);
  const ask = (name: string) => {
    setTold(name);
    if (folded.some((field) => field.name === name)) setUnfolded(true);
    setTimeout(() => focusField(name));
  };
  const queue = () =>
    void run(async () => {
      const lacking = missing[0] ?? wrong[0];
      if (lacking) return ask(lacking.name);
      await saver.flush();
      try {
        const request = await post<Request>(`${path}/queue`);
        await done(request.id);
      } catch (error) {
        const field = error instanceof Refused && error.field.replace(/^fields\./, "");
        if (field) ask(field);
        fail(error);
      }
    });
  const without = (field: FormField) =>
    void run(async () => {
      put(field.name, "");
      await saver.flush();
      const request = await post<Request>(`${path}/queue`);
      await done(request.id);
    });
  const discard = () =>
    void run(async () => {
      saver.clear();
      await post(`${path}/discard`);
      await done();
    });
  const field = (one: FormField) => (
    <Field
      key={one.name}
      field={one}
      value={values[one.name] ?? ""}
      check={draft.checks[one.name]}
      lacks={told === one.name && !values[one.name]?.trim()}
      offered={draft.offered[one.name]}
      onInput={(text) => put(one.name, text)}
      onFocus={() => void showCitizen({ screen: "form", draft: draft.id, field: one.name })}
      onBlur={() => {
        const value = finished(one.type, values[one.name] ?? "");
        if (value !== (values[one.name] ?? "")) put(one.name, value);
        void saver.flush().catch(() => {});
      }}
    />
  );
  const optional = wrong.find((one) => !one.required);
  const next = missing[0] ?? wrong[0];
  const label =
    next && (missing[0] ? t("fill", { field: next.label }) : t("fix", { field: next.label }));
  return (
    <>
      <form class="panel" aria-labelledby="service" onSubmit={(event) => event.preventDefault()}>
        <header>
          <div>
            <h2 id="service">{form.name}</h2>
            <p class="quiet small">
              {[
                form.agency_short,
                form.fee_cents ? money(form.fee_cents) : t("free"),
                t("form.version", { version: unbroken(draft.version) }),
              ].join(" · ")}
            </p>
          </div>
          <div class="push line tight">
            <Button kind="plain" onClick={discard}>
              {t("draft.discard")}
            </Button>
            <Button kind="plain" keys="Esc" onClick={later}>
              {t("draft.later")}
            </Button>
          </div>
        </header>
        {draft.changed_form && (
          <Note kind="wait" icon="alert">
            {t("form.changed")}
            {draft.gone.map((one) => (
              <p key={one.name}>
                <b>{t("form.gone", { field: one.label })}</b> {one.value}
              </p>
            ))}
          </Note>
        )}
        {form.needs.length > 0 && (
          <p class="needs-line">
            <Icon name="letter" /> {t("form.needs")} {form.needs.join("; ")}
          </p>
        )}
        {session.requests.length + session.drafts.length <= 1 && (
          <p class="needs-line quiet">
            <Icon name="person" /> {t("form.along")}
          </p>
        )}
        <div class="form">
          {form.fields.filter((one) => started?.has(one.name)).map(field)}
          {unfolded && folded.map(field)}
        </div>
        {folded.length > 0 && !unfolded && (
          <button
            type="button"
            class="unfold"
            onClick={() => {
              setUnfolded(true);
              setTimeout(() => focusField(folded[0]!.name));
            }}
          >
            {t("form.more", { n: folded.length })}
          </button>
        )}
        <Attachments draft={draft} take={take} />
      </form>
      <Next
        action={queue}
        busy={busy}
        label={label ?? t("queue")}
        lacks={
          next && !missing[0]
            ? t("fix.lacks", { field: next.label })
            : missing[0] && told
              ? t("fill.lacks", { field: missing[0].label })
              : undefined
        }
        also={
          optional &&
          !missing[0] && (
            <Button onClick={() => without(optional)}>
              {t("queue.without", { field: optional.label })}
            </Button>
          )
        }
      />
    </>
  );
}
