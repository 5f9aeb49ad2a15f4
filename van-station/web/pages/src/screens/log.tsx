// What did not work, how we assess ourselves, and what the training team should hear.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { post } from "../api/client";
import { saver } from "../api/saver";
import { standards, type Standard } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts, type Key } from "../i18n/texts";
import { Next } from "../ui/next";
import { Choices, Panel, TextField } from "../ui/parts";
import { go } from "../ui/route";
import { Resumed, useScrap, type Writing } from "../scrap";

type Part = "complaint" | "assessment" | "feedback";
const parts: { name: Part; key: Key; Form: (props: { scrap: Writing }) => ComponentChildren }[] = [
  { name: "complaint", key: "log.complaint", Form: Complaint },
  { name: "assessment", key: "log.assessment", Form: Assessment },
  { name: "feedback", key: "log.feedback", Form: Feedback },
];
const scoreMax = 10;
const topics = ["legislation", "tools", "agencies", "conduct", "other"] as const;

export function LogScreen({ part }: { part: string }) {
  const { t } = useTexts();
  const { name: place, Form } = parts.find((one) => one.name === part) ?? parts[0]!;
  const scrap = useScrap(place);
  return (
    <>
      <nav class="sub-links" aria-label={t("nav.log")}>
        {parts.map(({ name, key }) => (
          <a
            key={name}
            class="btn plain"
            href={`#/log/${name}`}
            aria-current={name === place ? "page" : undefined}
          >
            {t(key)}
          </a>
        ))}
      </nav>
      {scrap ? (
        <Form key={scrap.id} scrap={scrap} />
      ) : (
        <main class="alone" id="main" tabIndex={-1} aria-busy="true">
          <h1 class="sub">{t("reading")}</h1>
        </main>
      )}
    </>
  );
}

function useSending(path: string, scrap: Writing, done: Key) {
  const { t } = useTexts();
  const { say } = useApp();
  const { busy, run } = useDoing();
  const send = (body: object) =>
    run(async () => {
      await saver.flush();
      await post(path, { ...body, scrap: scrap.id });
      say(t(done));
      go("day");
    });
  return { busy, send };
}

function Complaint({ scrap }: { scrap: Writing }) {
  const { t } = useTexts();
  const { state } = useApp();
  const { busy, send } = useSending("complaints", scrap, "complaint.done");
  const { put, values } = scrap;
  const text = values.text ?? "";
  const about = values.about === "session" ? "session" : "none";
  const [lacks, setLacks] = useState(false);
  const write = () => {
    if (!text.trim()) {
      setLacks(true);
      document.getElementById("complaint")?.focus();
      return;
    }
    const session = about === "session" ? state.session : null;
    void send({ text: text.trim(), ...(session && { session }) });
  };
  return (
    <>
      <main class="single" id="main" tabIndex={-1}>
        <Panel title={t("log.complaint")} id="log" first>
          <p class="intro">{t("complaint.text")}</p>
          <Resumed scrap={scrap} />
          <div class="form">
            <TextField
              id="complaint"
              label={t("complaint.what")}
              hint={t("complaint.hint")}
              long
              value={text}
              onInput={(typed) => put("text", typed)}
              maxLength={4000}
              autofocus
              bad={lacks && !text.trim()}
              check={lacks && !text.trim() ? t("field.lacks") : undefined}
            />
            {state.session && (
              <Choices
                name="about"
                legend={t("complaint.about")}
                value={about}
                onChange={(value) => put("about", value)}
                options={[
                  { value: "none", label: t("complaint.general") },
                  { value: "session", label: t("complaint.session") },
                ]}
              />
            )}
          </div>
        </Panel>
      </main>
      <Next
        left={<p class="quiet">{t("complaint.stays")}</p>}
        action={write}
        busy={busy}
        label={t("complaint.do")}
      />
    </>
  );
}

function Assessment({ scrap }: { scrap: Writing }) {
  const { t } = useTexts();
  const { busy, send } = useSending("assessments", scrap, "assessment.done");
  const scores: Partial<Record<Standard, string>> = scrap.values;
  const left = standards.filter((name) => scores[name] === undefined);
  const write = () => {
    if (left.length) {
      document.querySelector<HTMLElement>(`[name="score-${left[0]}"]`)?.focus();
      return;
    }
    void send({
      scores: Object.fromEntries(standards.map((name) => [name, Number(scores[name])])),
    });
  };
  const options = Array.from({ length: scoreMax + 1 }, (_, i) => ({
    value: `${i}`,
    label: `${i}`,
  }));
  return (
    <>
      <main class="single" id="main" tabIndex={-1}>
        <Panel title={t("log.assessment")} id="log" first>
          <p class="intro">{t("assessment.text")}</p>
          <Resumed scrap={scrap} />
          <div class="scores">
            {standards.map((name) => (
              <Choices
                key={name}
                name={`score-${name}`}
                legend={t(`standard.${name}`)}
                value={scores[name] ?? null}
                options={options}
                onChange={(value) => scrap.put(name, value)}
              />
            ))}
          </div>
        </Panel>
      </main>
      <Next
        left={<p class="quiet">{t("assessment.left", { n: left.length })}</p>}
        action={write}
        busy={busy}
        label={left.length ? t("fill", { field: t(`standard.${left[0]!}`) }) : t("assessment.do")}
      />
    </>
  );
}

function Feedback({ scrap }: { scrap: Writing }) {
  const { t } = useTexts();
  const { busy, send } = useSending("feedback", scrap, "feedback.done");
  const { put, values } = scrap;
  const topic = topics.find((one) => one === values.topic) ?? "tools";
  const text = values.text ?? "";
  const [lacks, setLacks] = useState(false);
  const write = () => {
    if (!text.trim()) {
      setLacks(true);
      document.getElementById("feedback")?.focus();
      return;
    }
    void send({ topic, text: text.trim() });
  };
  return (
    <>
      <main class="single" id="main" tabIndex={-1}>
        <Panel title={t("log.feedback")} id="log" first>
          <p class="intro">{t("feedback.text")}</p>
          <Resumed scrap={scrap} />
          <div class="form">
            <Choices
              name="topic"
              legend={t("feedback.topic")}
              value={topic}
              onChange={(value) => put("topic", value)}
              options={topics.map((value) => ({ value, label: t(`topic.${value}`) }))}
            />
            <TextField
              id="feedback"
              label={t("feedback.what")}
              long
              value={text}
              onInput={(typed) => put("text", typed)}
              maxLength={4000}
              bad={lacks && !text.trim()}
              check={lacks && !text.trim() ? t("field.lacks") : undefined}
            />
          </div>
        </Panel>
      </main>
      <Next
        left={<p class="quiet">{t("feedback.where")}</p>}
        action={write}
        busy={busy}
        label={t("feedback.do")}
      />
    </>
  );
}
