// The day: first a sentence, then each request with where it is and what to do.

import { useState } from "preact/hooks";
import { post } from "../api/client";
import type { Day, DayRequest, StationState, WayState } from "../api/types";
import { useApp, useDoing, useResource } from "../app_context";
import { useTexts, type Key } from "../i18n/texts";
import type { IconName } from "../ui/icons";
import { Next } from "../ui/next";
import { Button } from "../ui/parts";
import { go } from "../ui/route";
import { needsPerson, toneOf, useStateWords, Way } from "../ui/way";
import {
  ClosingPanel,
  FailedPanel,
  LinkPanel,
  SealPanel,
  SessionsPanel,
  UnfinishedPanel,
} from "./day_panels";

const rowsFirst = 12;

interface Filter {
  key: Key;
  icon?: IconName;
  has: (one: DayRequest, day: Day) => boolean;
}
const isOnlyHere = ({ state }: DayRequest) => state === "recorded" || state === "sent";
const isPaperRefused = ({ id }: DayRequest, day: Day) =>
  day.failed.some((one) => one.code === "file_refused" && one.id === id);
const isNeedy = (one: DayRequest, day: Day) => needsPerson(one.state) || isPaperRefused(one, day);
const filters: Filter[] = [
  { key: "filter.all", has: () => true },
  { key: "filter.need", icon: "alert", has: isNeedy },
  { key: "filter.here", icon: "laptop", has: isOnlyHere },
  { key: "filter.hub", icon: "hub", has: ({ state }) => state === "hub" || state === "unsure" },
  { key: "filter.agency", icon: "agency", has: ({ state }) => state === "agency" },
  { key: "filter.answered", icon: "letter", has: ({ state }) => state === "answered" },
];

export function DayScreen() {
  const { state, take } = useApp();
  const { t, longDay, time } = useTexts();
  const { busy, run } = useDoing();
  const { value: day, read } = useResource<Day>("day", ["day", "request", "session", "print"]);
  const [filter, setFilter] = useState(filters[0]!);
  const sync = () => void run(async () => take(await post<StationState>("sync")));
  if (!day) {
    return (
      <main class="alone" id="main" tabIndex={-1} aria-busy="true">
        <h1 class="sub">{t("reading.day")}</h1>
      </main>
    );
  }
  const running =
    day.sessions.find((one) => one.id === state.session && one.open) ??
    (state.session ? { id: state.session, initials: "" } : undefined);
  const next = running
    ? {
        action: () => go("session", running.id),
        label: running.initials
          ? t("day.resume.of", { initials: running.initials })
          : t("day.resume"),
      }
    : { action: () => go("new"), label: t("day.new") };
  const empty = !day.sessions.length && !day.requests.length;
  const rows = day.requests.filter((one) => filter.has(one, day));
  return (
    <>
      <main class="day" id="main" tabIndex={-1}>
        <div class="stack">
          <div class="stack tight">
            <p class="quiet">
              {longDay(state.clock)} · {time(state.clock)}
            </p>
            <h1 class="lead">{empty ? t("day.empty") : <Lead day={day} />}</h1>
          </div>
          <FailedPanel failed={day.failed} />
          {empty ? (
            <p>{t("day.ready", { version: state.catalogue.version })}</p>
          ) : (
            <>
              <Tabs day={day} filter={filter} choose={setFilter} />
              <Requests rows={rows} day={day} />
            </>
          )}
          <UnfinishedPanel unfinished={day.unfinished} />
          <SessionsPanel sessions={day.sessions} />
        </div>
        <div class="stack">
          <SealPanel day={day} />
          <LinkPanel sync={sync} busy={busy} />
          <ClosingPanel day={day} read={read} />
        </div>
      </main>
      <Next
        left={<p class="quiet">{state.low.receipts ? t("low.receipts") : t("day.safe")}</p>}
        action={next.action}
        label={next.label}
        also={running ? <Button onClick={() => go("new")}>{t("day.new")}</Button> : undefined}
      />
    </>
  );
}

function Lead({ day }: { day: Day }) {
  const { t } = useTexts();
  const { requests, only_here } = day.lead;
  // As the tab beneath counts them, so that both say the same.
  const need_you = day.requests.filter((one) => isNeedy(one, day)).length;
  const parts = [t("lead.requests", { n: requests })];
  if (only_here && need_you)
    parts.push(
      t("lead.both", {
        here: t("lead.here", { n: only_here }),
        need: t("lead.need", { n: need_you }),
      }),
    );
  else if (only_here) parts.push(t("lead.here.alone", { n: only_here }));
  else if (need_you) parts.push(t("lead.need.alone", { n: need_you }));
  else if (requests) parts.push(t("lead.all_there", { n: requests }));
  return <>{parts.join(" ")}</>;
}

function Tabs({
  day,
  filter,
  choose,
}: {
  day: Day;
  filter: Filter;
  choose: (filter: Filter) => void;
}) {
  const { t } = useTexts();
  return (
    <div class="tabs" role="group" aria-label={t("filter")}>
      {filters.map((one) => {
        const n = day.requests.filter((request) => one.has(request, day)).length;
        return (
          <Button
            key={one.key}
            pressed={one === filter}
            icon={one.icon}
            kind={one.key === "filter.need" && n ? "needs-you" : ""}
            onClick={() => choose(one)}
          >
            <span>
              <b>{n}</b> {t(one.key, { n })}
            </span>
          </Button>
        );
      })}
    </div>
  );
}

const rowActs: Partial<Record<WayState, Key>> = {
  refused: "act.correct",
  quarantine: "act.complete",
  conflict: "act.both",
  answered: "act.tell",
};

function Requests({ rows, day }: { rows: DayRequest[]; day: Day }) {
  const { t } = useTexts();
  const [all, setAll] = useState(false);
  if (!rows.length) return <p class="panel quiet">{t("day.none")}</p>;
  const shown = all ? rows : rows.slice(0, rowsFirst);
  return (
    <>
      <section class="panel scroll" aria-label={t("day.requests")} tabIndex={0}>
        <table class="requests">
          <thead>
            <tr>
              <th scope="col">{t("column.time")}</th>
              <th scope="col">{t("column.what")}</th>
              <th scope="col">
                <span class="sr">{t("column.way")}</span>
              </th>
              <th scope="col">{t("column.where")}</th>
              <th scope="col">
                <span class="sr">{t("column.do")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <Row key={one.id} one={one} paperRefused={isPaperRefused(one, day)} />
            ))}
          </tbody>
        </table>
      </section>
      {shown.length < rows.length && (
        <p>
          <Button kind="plain" onClick={() => setAll(true)}>
            {t("day.more", { shown: shown.length, n: rows.length })}
          </Button>
        </p>
      )}
    </>
  );
}

function Row({ one, paperRefused }: { one: DayRequest; paperRefused: boolean }) {
  const { t, time } = useTexts();
  const words = useStateWords();
  const tone = toneOf(one.state);
  const act = rowActs[one.state];
  const target = one.state === "answered" ? "tell" : `request/${encodeURIComponent(one.id)}`;
  return (
    <tr>
      <td>{time(one.at)}</td>
      <td>
        <a class="row-link" href={`#/request/${encodeURIComponent(one.id)}`}>
          {one.service}
        </a>
        <small>
          <b>{one.initials}</b> · {one.agency_short}
        </small>
      </td>
      <td>
        <Way state={one.state} />
      </td>
      <td>
        <b class={tone}>{words(one.state, one.agency_short)}</b>
        {one.detail && <small>{one.detail}</small>}
        {paperRefused && (
          <small>
            <b class="bad">{t("day.file_refused")}</b>
          </small>
        )}
      </td>
      <td>
        {act && (
          <a class="btn" href={`#/${target}`}>
            {t(act)}
            <span class="sr">
              {" "}
              {one.initials}, {one.service}
            </span>
          </a>
        )}
      </td>
    </tr>
  );
}
