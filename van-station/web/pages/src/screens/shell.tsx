// The bar above every screen: where this is, what the link does, and the ways to hide and lock.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../app_context";
import { useTexts } from "../i18n/texts";
import { useDisplay } from "../ui/display";
import { Icon, Logo } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { Button } from "../ui/parts";
import { HelpForm } from "./help";
import { KeysHelp, Menu, ModeButtons } from "./menu";

// "Sem rede. 31 entradas só neste portátil": never only "offline", never "synchronised".
export function LinkState() {
  const {
    state: { link },
  } = useApp();
  const { t, time } = useTexts();
  // Files go after the entries, so they are spoken of when only they are left.
  const here = link.waiting
    ? t("link.here", { n: link.waiting })
    : link.files
      ? t("link.files", { n: link.files })
      : "";
  const words = {
    offline: t("link.offline"),
    never: t("link.never"),
    attention: t(link.reason ? "link.state.attention" : "link.attention"),
    syncing: t("link.syncing"),
    idle: link.at ? t("link.idle", { time: time(link.at) }) : t("link.never"),
  }[link.state];
  const icon =
    link.state === "attention"
      ? "alert"
      : link.state === "offline" || link.state === "never"
        ? "nolink"
        : "link";
  return (
    <p class="net" role="status">
      <Icon name={icon} class={link.state === "attention" ? "wait" : ""} />
      <span>
        <b class={link.state === "idle" ? "whole" : ""}>{words}</b> <span class="net-here">{here}</span>
      </span>
      <b class="net-count" aria-hidden="true">
        {link.waiting || link.files || ""}
      </b>
    </p>
  );
}

export function Links({ place }: { place: string }) {
  const {
    state: { link, visit, session },
  } = useApp();
  const { t } = useTexts();
  const link_to = (name: string, text: string) => (
    <a class="btn plain" href={`#/${name}`} aria-current={place === name ? "page" : undefined}>
      {text}
    </a>
  );
  return (
    <>
      {link_to("day", t("nav.day"))}
      {link_to("tell", t("nav.tell"))}
      {link.need_person > 0 && link_to("conflicts", t("nav.conflicts"))}
      {link_to("log", t("nav.log"))}
      {link_to("visit", t(visit ? "nav.visit.on" : "nav.visit"))}
      {session && place !== "session" && (
        <a class="btn plain" href={`#/session/${session}`}>
          {t("nav.session")}
        </a>
      )}
    </>
  );
}

interface BarProps {
  title?: string;
  under?: string;
  place: string;
  links?: boolean; // shown in the bar, where it is wide enough
}

export function Bar({ title, under, place, links }: BarProps) {
  const { state, hide, lock } = useApp();
  const { t } = useTexts();
  const display = useDisplay();
  const [open, setOpen] = useState<"" | "menu" | "keys" | "help">("");
  useKeys({
    F1: () => setOpen("keys"),
    F6: () => display.toggleMode("sun"),
    F7: () => display.toggleMode("dark"),
    F8: display.toggleType,
    F9: hide,
    F12: lock,
  });
  return (
    <header class="bar">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("main")?.focus();
        }}
      >
        {t("skip")}
      </a>
      <Logo />
      <p class="place">
        <b>{title ?? state.station}</b>
        {under && <small>{under}</small>}
      </p>
      {links && (
        <nav class="bar-links" aria-label={t("nav.main")}>
          <Links place={place} />
        </nav>
      )}
      <LinkState />
      <div class="modes">
        <ModeButtons {...display} />
      </div>
      <Button kind="hide-small" icon="eye-off" keys="F9" label={t("hide")} onClick={hide} />
      <button class="btn who-am-i" type="button" onClick={lock}>
        <span class="name">{state.person?.name}</span> <Icon name="lock" />
        <span class="sr">{t("lock")}</span> <kbd>F12</kbd>
      </button>
      <Button kind="plain" icon="menu" label={t("menu")} onClick={() => setOpen("menu")} />
      {open === "menu" && (
        <Menu
          onClose={() => setOpen("")}
          onHelp={() => setOpen("help")}
          display={display}
          links={<Links place={place} />}
        />
      )}
      {open === "help" && <HelpForm onClose={() => setOpen("")} />}
      {open === "keys" && <KeysHelp onClose={() => setOpen("")} />}
    </header>
  );
}

export function Shell({ place, children }: { place: string; children: ComponentChildren }) {
  const { state } = useApp();
  return (
    <div class="page">
      <Bar place={place} under={state.team ?? undefined} links />
      {children}
    </div>
  );
}
