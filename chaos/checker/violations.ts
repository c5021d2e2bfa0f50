/** What a check found to be otherwise than it has to be, by the invariant that it breaks. */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

export type Report = (invariant: string, what: string) => void;
