// A request that is recorded: where it is, and correcting or withdrawing it.

import { useState } from "preact/hooks";
import { post } from "../api/client";
import { saver } from "../api/saver";
import { citizenFields, type FormField, type Request } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Resumed, useScrap, type Writing } from "../scrap";
import { useRoute } from "../ui/route";
import { Next } from "../ui/next";
import { Button, Dialog, Note, TextField } from "../ui/parts";
import { useStateWords, WayLarge } from "../ui/way";
import { citizenTypes } from "./citizen_step";
import { useForm } from "./draft_form";
import { Field } from "./field";
import type { StepProps } from "./session";
import { finished, inputModes, kept, shown } from "./text_forms";
import { usePrinting } from "./printing";

export function Recorded({ request, session, to, read }: StepProps & { request: Request }) {
  const { t } = useTexts();
  const { busy, run } = useDoing();
  const printing = usePrinting();
  const unprinted = session.receipts.length === 0;
  const print = () =>
    void run(async () => {
      if (unprinted) await printing.receiptAndSummary(session, null);
      await read();
      to("receipt");
    });
  return (
    <>
      <section class="panel stack" aria-labelledby="recorded">
        <RequestHead request={request} />
        <RequestActs request={request} changed={read} />
      </section>
      <Next
        action={print}
        busy={busy}
        label={t(unprinted ? "print.both" : "to.receipt")}
        also={
          <Button keys="Ctrl K" onClick={() => to("requests", "find")}>
            {t("another")}
          </Button>
        }
      />
    </>
  );
}

export function RequestHead({ request }: { request: Request }) {
  const { t, time } = useTexts();
  const words = useStateWords();
  const agency = request.service.agency_short;
  const { state, note, status } = request;
  const needsWord = state === "refused" || state === "quarantine" || state === "held";
  const letter = request.answer || (state === "answered" ? note : undefined);
  const hubWords = [status, needsWord || note === letter ? undefined : note].filter(Boolean);
  return (
    <>
      <h2 id="recorded">
        {state === "recorded"
          ? t("recorded.title", { time: request.queued_at.slice(11, 19) })
          : `${request.service.name}: ${words(state, agency)}`}
      </h2>
      {state === "recorded" && (
        <p class="quiet">
          {request.service.name} · {agency}
        </p>
      )}
      {state === "withdrawn" ? (
        <p>{t("withdrawn.stays")}</p>
      ) : (
        <WayLarge
          state={state}
          agency={agency}
          notes={[
            t("way.here.note", { time: time(request.queued_at) }),
            state === "recorded" ? t("way.hub.note") : undefined,
            state === "recorded"
              ? t("way.agency.note")
              : request.agency_reference &&
                t("way.reference", { reference: request.agency_reference }),
          ]}
        />
      )}
      {state === "recorded" && <p>{t("recorded.safe")}</p>}
      {needsWord && (
        <Note kind={state === "refused" ? "bad" : "wait"} icon="alert">
          <b>{words(state, agency)}.</b> {note ?? ""} {t(`do.${state}`)}
        </Note>
      )}
      {state === "unsure" && <Note icon="clock">{t("do.unsure")}</Note>}
      {letter && <Note icon="letter">{letter}</Note>}
      {hubWords.length > 0 && <p class="quiet">{t("hub.words", { text: hubWords.join(" · ") })}</p>}
      {request.changed_form && (
        <Note kind="wait" icon="alert">
          {t("form.changed.sent")}
        </Note>
      )}
    </>
  );
}

export function RequestActs({
  request,
  changed,
}: {
  request: Request;
  changed: () => Promise<void>;
}) {
  const { t } = useTexts();
  const [place, , asked] = useRoute();
  const [open, setOpen] = useState(place === "request" ? asked : ""); // what was left unfinished
  if (request.withdrawn) return null;
  const close = () => setOpen("");
  return (
    <div class="line">
      <Button icon="undo" onClick={() => setOpen("correction")}>
        {t("request.correct")}
      </Button>
      <Button onClick={() => setOpen("withdrawal")}>{t("request.withdraw")}</Button>
      {open === "correction" && <Correction request={request} changed={changed} onClose={close} />}
      {open === "withdrawal" && <Withdrawal request={request} changed={changed} onClose={close} />}
    </div>
  );
}

interface ActProps {
  request: Request;
  changed: () => Promise<void>;
  onClose: () => void;
}

function Withdrawal(props: ActProps) {
  const scrap = useScrap("withdrawal", props.request.id);
  return scrap && <Withdraw key={scrap.id} {...props} scrap={scrap} />;
}

function Withdraw({ request, changed, onClose, scrap }: ActProps & { scrap: Writing }) {
  const { t } = useTexts();
  const { say } = useApp();
  const { busy, run } = useDoing();
  const reason = scrap.values.reason ?? "";
  const [lacks, setLacks] = useState(false);
  const send = () =>
    void run(async () => {
      if (!reason.trim()) return setLacks(true);
      await saver.flush();
      await post(`requests/${encodeURIComponent(request.id)}/withdraw`, { reason: reason.trim() });
      await changed();
      say(t("withdraw.done"));
      onClose();
    });
  return (
    <Dialog title={t("request.withdraw")} onClose={onClose} keys={{ "Ctrl+Enter": send }}>
      <p>{t("withdraw.text", { name: request.service.name })}</p>
      <Resumed scrap={scrap} />
      <TextField
        id="reason"
        label={t("withdraw.reason")}
        hint={t("withdraw.hint")}
        value={reason}
        onInput={(text) => scrap.put("reason", text)}
        bad={lacks && !reason.trim()}
        autofocus
        wide
        maxLength={300}
        check={lacks && !reason.trim() ? t("field.lacks") : undefined}
      />
      <div class="line">
        <Button kind="main" keys="Ctrl Enter" disabled={busy} onClick={send}>
          {t("request.withdraw")}
        </Button>
      </div>
    </Dialog>
  );
}

// Changes to what is recorded already: only what differs is sent, as one correction.
function Correction(props: ActProps) {
  const scrap = useScrap("correction", props.request.id);
  return scrap && <Edit key={scrap.id} {...props} scrap={scrap} />;
}

function Edit({ request, changed, onClose, scrap }: ActProps & { scrap: Writing }) {
  const { t } = useTexts();
  const { say } = useApp();
  const { busy, run } = useDoing();
  const form = useForm(request.service.code, request.version);
  const { values: set, put } = scrap;
  const send = () =>
    void run(async () => {
      const was = (path: string) =>
        path.startsWith("fields.")
          ? (request.fields[path.slice(7)] ?? "")
          : (request.citizen[path.slice(8) as "name"] ?? "");
      await saver.flush();
      const differs = Object.entries(set).filter(([path, text]) => text !== was(path));
      if (differs.length) {
        await post(`requests/${encodeURIComponent(request.id)}/edit`, {
          set: Object.fromEntries(differs),
        });
        await changed();
        say(t("correct.done"));
      } else {
        await post(`scraps/${scrap.id}/discard`);
      }
      onClose();
    });
  // What was filled in, and what is required.
  const fields =
    form?.fields.filter((field: FormField) => field.required || request.fields[field.name]) ?? [];
  return (
    <Dialog title={t("request.correct")} onClose={onClose} keys={{ "Ctrl+Enter": send }}>
      <Resumed scrap={scrap} />
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={set[`fields.${field.name}`] ?? request.fields[field.name] ?? ""}
            onInput={(text) => put(`fields.${field.name}`, text)}
            onFocus={() => {}}
            onBlur={() => {
              const path = `fields.${field.name}`;
              if (set[path] !== undefined) put(path, finished(field.type, set[path]));
            }}
          />
        ))}
        {citizenFields
          .filter((name) => request.citizen[name])
          .map((name) => (
            <Typed
              key={name}
              name={name}
              value={set[`citizen.${name}`] ?? request.citizen[name]!}
              onInput={(text) => put(`citizen.${name}`, text)}
            />
          ))}
      </form>
      <div class="line">
        <Button kind="main" keys="Ctrl Enter" disabled={busy} onClick={send}>
          {t("correct.save")}
        </Button>
      </div>
    </Dialog>
  );
}

function Typed({
  name,
  value,
  onInput,
}: {
  name: (typeof citizenFields)[number];
  value: string;
  onInput: (text: string) => void;
}) {
  const { t } = useTexts();
  const [typing, setTyping] = useState<string | null>(null);
  const type = citizenTypes[name];
  return (
    <TextField
      id={`edit-${name}`}
      label={t(`citizen.${name}`)}
      value={typing ?? shown(type, value)}
      inputMode={inputModes[type]}
      wide={name === "name" || name === "address"}
      maxLength={200}
      onInput={(text) => {
        setTyping(text);
        onInput(kept(type, text));
      }}
      onBlur={() => setTyping(null)}
    />
  );
}
