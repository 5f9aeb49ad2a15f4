// The small parts that all screens are made of.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useTexts, type Key, type Params } from "../i18n/texts";
import { Icon, type IconName } from "./icons";
import { useKeys } from "./keys";

// A text in which *words* are bold.
export function Rich({ k, params }: { k: Key; params?: Params }) {
  const { t } = useTexts();
  return (
    <>
      {t(k, params)
        .split("*")
        .map((part, i) => (i % 2 ? <b>{part}</b> : part))}
    </>
  );
}

interface ButtonProps {
  onClick?: () => void;
  icon?: IconName;
  keys?: string;
  kind?: string; // classes: main, plain, wide, tall
  pressed?: boolean;
  disabled?: boolean;
  label?: string; // of a button that shows its icon alone
  submit?: boolean;
  children?: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const { kind = "", label, keys } = props;
  return (
    <button
      class={`btn ${kind} ${label ? "icon-only" : ""}`}
      onClick={props.onClick}
      type={props.submit ? "submit" : "button"}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      title={label && keys ? `${label} (${keys})` : label}
    >
      {props.icon && <Icon name={props.icon} />}
      {label ? <span class="sr">{label}</span> : props.children}
      {keys && !label && <kbd>{keys}</kbd>}
    </button>
  );
}

export function Note({
  kind = "",
  icon,
  children,
}: {
  kind?: "" | "wait" | "bad" | "ok";
  icon: IconName;
  children: ComponentChildren;
}) {
  return (
    <div class={`note ${kind}`}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}

// `first`: its title is the page's.
export function Panel({
  title,
  id,
  first,
  children,
}: {
  title: string;
  id: string;
  first?: boolean;
  children: ComponentChildren;
}) {
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        {first ? (
          <h1 class="sub" id={id}>
            {title}
          </h1>
        ) : (
          <h2 id={id}>{title}</h2>
        )}
      </header>
      {children}
    </section>
  );
}

interface DialogProps {
  title: string;
  onClose?: () => void; // none: it can't be left by Esc
  class?: string;
  keys?: Record<string, () => void>;
  children: ComponentChildren;
}

// A dialog in the browser's top layer: it keeps focus inside and gives it back.
export function Dialog({ title, onClose, keys = {}, children, class: extra = "" }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { t } = useTexts();
  useKeys({ ...keys, ...(onClose && { Escape: onClose }) }, true);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${extra}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      {!extra && (
        <div class="dialog-head">
          <h2>{title}</h2>
          {onClose && (
            <Button kind="plain push" icon="close" label={t("close")} onClick={onClose} />
          )}
        </div>
      )}
      {children}
    </dialog>
  );
}

// Choices of which one holds: real radio buttons, so arrow keys work as everywhere.
export function Choices<T extends string>({
  name,
  legend,
  hint,
  value,
  options,
  onChange,
  hideLegend,
}: {
  name: string;
  legend: string;
  hint?: string;
  value: T | null;
  hideLegend?: boolean;
  options: { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="field full">
      <legend class={hideLegend ? "sr" : ""}>{legend}</legend>
      {hint && <span class="hint">{hint}</span>}
      <div class="choices">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={value === option.value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface TextProps {
  id: string;
  label: string;
  hint?: string;
  value: string;
  onInput: (text: string) => void;
  onFocus?: () => void;
  onBlur?: () => void;
  check?: ComponentChildren;
  bad?: boolean;
  wide?: boolean;
  code?: boolean;
  long?: boolean;
  type?: "text" | "password";
  inputMode?: "numeric" | "tel" | "email" | "decimal";
  maxLength?: number;
  autofocus?: boolean;
  required?: boolean;
}

// Label, hint, control, check: in this order, and told to screen readers in it.
export function TextField(props: TextProps) {
  const { id, label, hint, check, bad } = props;
  const described = [hint && `${id}-hint`, check && `${id}-check`].filter(Boolean).join(" ");
  const common = {
    id,
    value: props.value,
    "aria-describedby": described || undefined,
    "aria-invalid": bad || undefined,
    "aria-required": props.required || undefined,
    maxLength: props.maxLength,
    onFocus: props.onFocus,
    onBlur: props.onBlur,
    autocomplete: "off",
    spellcheck: false,
    onInput: (event: { currentTarget: { value: string } }) =>
      props.onInput(event.currentTarget.value),
  };
  useEffect(() => {
    if (props.autofocus) document.getElementById(id)?.focus();
  }, []);
  return (
    <div class={`field ${bad ? "bad" : ""} ${props.wide || props.long ? "full" : ""}`}>
      <div class="asked">
        <label for={id}>{label}</label>
        {hint && (
          <span class="hint" id={`${id}-hint`}>
            {hint}
          </span>
        )}
      </div>
      <div class="control">
        {props.long ? (
          <textarea {...common} rows={4} />
        ) : (
          <input
            {...common}
            class={props.code ? "code" : ""}
            type={(props.type ?? "text") as "text"}
            inputMode={props.inputMode}
          />
        )}
        {check && (
          <span class="check" id={`${id}-check`}>
            {check}
          </span>
        )}
      </div>
    </div>
  );
}

// Focuses what it is given once, when it appears.
export function useFocusOnce<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  useEffect(() => ref.current?.focus(), []);
  return ref;
}
