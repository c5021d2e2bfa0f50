import { href } from "./router.ts";

export function Brand() {
  return (
    <a class="brand" href={href(["instances"])}>
      <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#2b56cf" />
        <path
          d="M8 22V10h7a5 5 0 0 1 0 10h-7M19 22h6"
          fill="none"
          stroke="#fff"
          stroke-width="2.6"
          stroke-linecap="round"
        />
      </svg>
      Perdure
    </a>
  );
}
