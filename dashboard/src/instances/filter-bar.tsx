import { useRef, useState } from "preact/hooks";
import { overview } from "../shell/overview.ts";
import { replaceQuery } from "../shell/router.ts";
import { Glyph } from "../show/glyph.tsx";
import { ages, type Filter, isFiltered } from "./filter.ts";
import { knownNames } from "./known-names.ts";

const statuses = ["running", "pending", "completed", "failed", "cancelled", "terminated"] as const;

export function FilterBar({ filter }: { readonly filter: Filter }) {
  const [isOpen, setOpen] = useState(
    filter.name !== undefined || filter.version !== undefined || filter.age !== undefined,
  );
  return (
    <div class="stack tight" role="search">
      <div class="chips" role="group" aria-label="Status">
        {statuses.map((status) => (
          <StatusChip key={status} status={status} filter={filter} />
        ))}
        <button
          type="button"
          class="chip tone-quarantine"
          aria-pressed={filter.quarantined === "true"}
          onClick={() => replaceQuery({ quarantined: filter.quarantined === "true" ? undefined : "true" })}
        >
          <Glyph of="quarantine" /> quarantined <span class="number">{amount(overview.value?.quarantined)}</span>
        </button>
      </div>
      <div class={`filters ${isOpen ? "open" : ""}`}>
        <TextFilter
          label="Instance id"
          key={`id ${filter.idContains === undefined}`}
          name="idContains"
          filter={filter}
          isSearch
        />
        <button type="button" class="button narrow-only" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Filters
        </button>
        <TextFilter
          label="Orchestration"
          key={`name ${filter.name === undefined}`}
          name="name"
          filter={filter}
          list="known-names"
        />
        <TextFilter label="Version" key={`version ${filter.version === undefined}`} name="version" filter={filter} />
        <select
          aria-label="Age"
          value={filter.age ?? ""}
          onChange={({ currentTarget }) => replaceQuery({ age: currentTarget.value })}
        >
          <option value="">Of any age</option>
          {Object.entries(ages).map(([key, [label]]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
        <datalist id="known-names">
          {knownNames.value.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button type="button" class="button plain" disabled={!isFiltered(filter)} onClick={clear}>
          Clear
        </button>
      </div>
    </div>
  );
}

function StatusChip({ status, filter }: { readonly status: (typeof statuses)[number]; readonly filter: Filter }) {
  const chosen = filter.status?.split(",") ?? [];
  const isChosen = chosen.includes(status);
  const next = isChosen ? chosen.filter((one) => one !== status) : [...chosen, status];
  return (
    <button
      type="button"
      class={`chip tone-${status}`}
      aria-pressed={isChosen}
      onClick={() => replaceQuery({ status: next.join(",") })}
    >
      <Glyph of={status} /> {status} <span class="number">{amount(overview.value?.instances[status])}</span>
    </button>
  );
}

interface TextFilterProps {
  readonly label: string;
  readonly name: "idContains" | "name" | "version";
  readonly filter: Filter;
  readonly list?: string;
  readonly isSearch?: boolean;
}

/** Asks once nobody has written for a moment. */
function TextFilter({ label, name, filter, list, isSearch = false }: TextFilterProps) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return (
    <input
      type={isSearch ? "search" : "text"}
      aria-label={label}
      placeholder={isSearch ? "Search by instance id  ( / )" : label}
      defaultValue={filter[name] ?? ""}
      spellcheck={false}
      autoComplete="off"
      {...(list !== undefined && { list })}
      {...(isSearch && { "data-search": true })}
      onInput={({ currentTarget: { value } }) => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => replaceQuery({ [name]: value.trim() }), 180);
      }}
    />
  );
}

function clear(): void {
  const none = ["status", "idContains", "name", "version", "age", "quarantined"].map((key) => [key, undefined]);
  replaceQuery(Object.fromEntries(none));
}

const amount = (count: number | undefined) => (count === undefined ? "" : count.toLocaleString("en"));
