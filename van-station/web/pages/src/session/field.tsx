// One field of a catalogue's form: the control that fits its type, and what its check says.

import { useState } from "preact/hooks";
import type { Draft, FormField } from "../api/types";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { TextField } from "../ui/parts";
import { inputModes, isCode, kept, shown } from "./text_forms";

const chipsMax = 3; // more choices than this make a list

export interface FieldProps {
  field: FormField;
  value: string;
  check?: Draft["checks"][string];
  offered?: { value: string; from: string };
  lacks?: boolean;
  onInput: (text: string) => void;
  onFocus: () => void;
  onBlur: () => void;
}

function useCheck({ field, value, check, offered, lacks }: FieldProps) {
  const { t, told } = useTexts();
  if (lacks) return { bad: true, text: t("field.lacks") };
  if (!value.trim()) return { bad: false, text: undefined };
  if (check?.ok === false) {
    const fallback = t(field.check ? "check.wrong" : "check.form");
    return { bad: true, text: told(`check.${check.code}`, fallback) };
  }
  if (offered && offered.value === value)
    return {
      bad: false,
      text: (
        <>
          <Icon name="person" /> {t("field.offered")}
        </>
      ),
    };
  if (field.check && check?.ok)
    return {
      bad: false,
      text: (
        <>
          <Icon name="check" /> {t("check.ok")}
        </>
      ),
    };
  return { bad: false, text: undefined };
}

export function Field(props: FieldProps) {
  const { field } = props;
  const choices = field.choices ?? [];
  return (
    <div data-field={field.name} class={isWide(field) ? "full" : undefined}>
      {choices.length && !field.open && choices.length <= chipsMax ? (
        <Chips {...props} />
      ) : choices.length ? (
        <List {...props} />
      ) : (
        <Text {...props} />
      )}
    </div>
  );
}

const isWide = (field: FormField) => ["longtext", "postal_address", "iban"].includes(field.type);

function useLabel(field: FormField) {
  const { t } = useTexts();
  return field.required ? field.label : `${field.label} ${t("field.optional")}`;
}

function Text(props: FieldProps) {
  const { field, value, onInput } = props;
  const { bad, text } = useCheck(props);
  const label = useLabel(field);
  // What is typed stays as it is typed; in groups once one leaves it.
  const [typing, setTyping] = useState<string | null>(null);
  return (
    <TextField
      id={`field-${field.name}`}
      label={label}
      hint={field.hint}
      wide={isWide(field)}
      value={typing ?? shown(field.type, value)}
      bad={bad}
      check={text}
      required={field.required}
      long={field.type === "longtext"}
      code={isCode(field.type)}
      inputMode={inputModes[field.type]}
      maxLength={room(field)}
      onInput={(typed) => {
        setTyping(typed);
        onInput(kept(field.type, typed));
      }}
      onFocus={props.onFocus}
      onBlur={() => {
        setTyping(null);
        props.onBlur();
      }}
    />
  );
}

// Spaces between groups don't count.
const room = (field: FormField) => field.max_length + (isCode(field.type) ? 10 : 0);

function Chips(props: FieldProps) {
  const { field, value, onInput } = props;
  const { bad, text } = useCheck(props);
  const id = `field-${field.name}`;
  const label = useLabel(field);
  return (
    <div
      role="radiogroup"
      class={`field ${bad ? "bad" : ""}`}
      aria-labelledby={`${id}-label`}
      aria-describedby={`${id}-hint ${id}-check`}
    >
      <div class="asked">
        <span id={`${id}-label`}>{label}</span>
        <span class="hint" id={`${id}-hint`}>
          {field.hint}
        </span>
      </div>
      <div class="control">
        <div class="choices">
          {field.choices!.map((choice) => (
            <label key={choice.value}>
              <input
                type="radio"
                name={id}
                checked={value === choice.value}
                value={choice.value}
                onChange={() => onInput(choice.value)}
                onFocus={props.onFocus}
              />
              {choice.label}
            </label>
          ))}
        </div>
        <span class="check" id={`${id}-check`}>
          {text}
        </span>
      </div>
    </div>
  );
}

const other = "\u0000"; // no value of a catalogue

// A list; with an open one the last line lets another text be written.
function List(props: FieldProps) {
  const { field, value, onInput } = props;
  const { t } = useTexts();
  const { bad, text } = useCheck(props);
  const label = useLabel(field);
  const id = `field-${field.name}`;
  const known = !value || field.choices!.some((choice) => choice.value === value);
  const [writing, setWriting] = useState(!known);
  const choose = (chosen: string) => {
    setWriting(chosen === other);
    onInput(chosen === other ? "" : chosen);
    if (chosen === other) setTimeout(() => document.getElementById(`${id}-other`)?.focus());
  };
  return (
    <div class={`field ${bad ? "bad" : ""}`}>
      <div class="asked">
        <label for={id}>{label}</label>
        <span class="hint" id={`${id}-hint`}>
          {field.hint}
        </span>
      </div>
      <div class="control">
        <select
          id={id}
          value={writing ? other : value}
          aria-describedby={`${id}-hint ${id}-check`}
          aria-invalid={bad || undefined}
          aria-required={field.required}
          onChange={(event) => choose(event.currentTarget.value)}
          onFocus={props.onFocus}
          onBlur={props.onBlur}
        >
          <option value="">{t("choose")}</option>
          {field.choices!.map((choice) => (
            <option value={choice.value} key={choice.value}>
              {choice.label}
            </option>
          ))}
          {field.open && <option value={other}>{t("choose.other")}</option>}
        </select>
        {writing && (
          <input
            id={`${id}-other`}
            aria-label={t("choose.write", { field: field.label })}
            value={value}
            maxLength={field.max_length}
            autocomplete="off"
            onFocus={props.onFocus}
            onBlur={props.onBlur}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        )}
        <span class="check" id={`${id}-check`}>
          {text}
        </span>
      </div>
    </div>
  );
}
