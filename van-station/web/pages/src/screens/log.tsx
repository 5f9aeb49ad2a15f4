// What did not work, how we assess ourselves, and what the training team should hear.

import { useState } from "preact/hooks";
import { post } from "../api/client";
import { standards, type Standard } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts, type Key } from "../i18n/texts";
import { Next } from "../ui/next";
import { Choices, Panel, TextField } from "../ui/parts";
import { go } from "../ui/route";

const parts: { name: string; key: Key }[] = [
  { name: "complaint", key: "log.complaint" },
  { name: "assessment", key: "log.assessment" },
  { name: "feedback", key: "log.feedback" },
];
const scoreMax = 10;
const topics = ["legislation", "tools", "agencies", "conduct", "other"] as const;

export function LogScreen({ part }: { part: string }) {
  const { t } = useTexts();
  return (
    <>
      <nav class="sub-links" aria-label={t("nav.log")}>
        {parts.map(({ name, key }) => (
          <a
            key={name}
            class="btn plain"
            href={`#/log/${name}`}
            aria-current={name === part ? "page" : undefined}
          >
            {t(key)}
          </a>
        ))}
      </nav>
      {part === "complaint" && <Complaint />}
      {part === "assessment" && <Assessment />}
      {part === "feedback" && <Feedback />}
    </>
  );
}

function useSending(path: string, done: Key) {
  const { t } = useTexts();
  const { say } = useApp();
  const { busy, run } = useDoing();
  const send = (body: object) =>
    run(async () => {
      await post(path, body);
      say(t(done));
      go("day");
    });
  return { busy, send };
}

function Complaint() {
  const { t } = useTexts();
  const { state } = useApp();
  const { busy, send } = useSending("complaints", "complaint.done");
  const [text, setText] = useState("");
  const [about, setAbout] = useState<"session" | "none">("none");
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
          <div class="form">
            <TextField
              id="complaint"
              label={t("complaint.what")}
              hint={t("complaint.hint")}
              long
              value={text}
              onInput={setText}
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
                onChange={setAbout}
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

function Assessment() {
  const { t } = useTexts();
  const { busy, send } = useSending("assessments", "assessment.done");
  const [scores, setScores] = useState<Partial<Record<Standard, string>>>({});
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
          <div class="scores">
            {standards.map((name) => (
              <Choices
                key={name}
                name={`score-${name}`}
                legend={t(`standard.${name}`)}
                value={scores[name] ?? null}
                options={options}
                onChange={(value) => setScores((now) => ({ ...now, [name]: value }))}
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

function Feedback() {
  const { t } = useTexts();
  const { busy, send } = useSending("feedback", "feedback.done");
  const [topic, setTopic] = useState<(typeof topics)[number]>("tools");
  const [text, setText] = useState("");
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
          <div class="form">
            <Choices
              name="topic"
              legend={t("feedback.topic")}
              value={topic}
              onChange={setTopic}
              options={topics.map((value) => ({ value, label: t(`topic.${value}`) }))}
            />
            <TextField
              id="feedback"
              label={t("feedback.what")}
              long
              value={text}
              onInput={setText}
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
