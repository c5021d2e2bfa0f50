import { now } from "./clock.ts";
import { roughDurationText } from "./duration-text.ts";

type Instant = string | number;

const instantOf = (at: Instant): number => (typeof at === "number" ? at : Date.parse(at));

export function absolute(at: Instant): string {
  const date = new Date(at);
  const part = (value: number, width = 2) => String(value).padStart(width, "0");
  const day = `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
  return `${day} ${clockText(instantOf(at))}`;
}

export function clockText(at: number): string {
  const date = new Date(at);
  const part = (value: number, width = 2) => String(value).padStart(width, "0");
  const time = `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}`;
  return `${time}.${part(date.getMilliseconds(), 3)}`;
}

/** How long ago, or how soon; the instant itself when it is pointed at. With `isFocusable` also from the keyboard. */
export function Time({ at, isFocusable = false }: { readonly at: Instant; readonly isFocusable?: boolean }) {
  const distance = now.value - instantOf(at);
  const whole = roughDurationText(Math.abs(distance));
  // In tables one unit is enough, and calmer.
  const span = isFocusable ? whole : (whole.split(" ", 1)[0] ?? whole);
  const text = Math.abs(distance) < 1_000 ? "now" : distance >= 0 ? `${span} ago` : `in ${span}`;
  const iso = new Date(at).toISOString();
  if (!isFocusable) {
    return (
      <time class="time" dateTime={iso} title={absolute(at)}>
        {text}
      </time>
    );
  }
  return (
    <time class="time" dateTime={iso} data-absolute={absolute(at)} tabIndex={0} aria-label={`${text}, ${absolute(at)}`}>
      {text}
    </time>
  );
}

/** Since when it goes on, counting. */
export function Age({ since }: { readonly since: Instant }) {
  return <>{roughDurationText(now.value - instantOf(since))}</>;
}
